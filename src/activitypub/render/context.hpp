#pragma once

#include <string_view>

/// The fixed values of @context (federation.md 4.1): compared as bytes, expanded without any network.
namespace dunlin::activitypub {

/// Actors, statuses and what embeds them.
inline constexpr std::string_view kFullContext =
    R"json(["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1",{"toot":"http://joinmastodon.org/ns#","schema":"http://schema.org#","ostatus":"http://ostatus.org#","misskey":"https://misskey-hub.net/ns#","fedibird":"http://fedibird.com/ns#","gts":"https://gotosocial.org/ns#","litepub":"http://litepub.social/ns#","sec":"https://w3id.org/security#","sensitive":"as:sensitive","Hashtag":"as:Hashtag","manuallyApprovesFollowers":"as:manuallyApprovesFollowers","movedTo":{"@id":"as:movedTo","@type":"@id"},"alsoKnownAs":{"@id":"as:alsoKnownAs","@type":"@id"},"quoteUrl":"as:quoteUrl","quoteUri":"fedibird:quoteUri","_misskey_quote":"misskey:_misskey_quote","_misskey_reaction":"misskey:_misskey_reaction","searchableBy":{"@id":"fedibird:searchableBy","@type":"@id"},"Emoji":"toot:Emoji","blurhash":"toot:blurhash","focalPoint":{"@id":"toot:focalPoint","@container":"@list"},"votersCount":"toot:votersCount","discoverable":"toot:discoverable","indexable":"toot:indexable","suspended":"toot:suspended","memorial":"toot:memorial","featured":{"@id":"toot:featured","@type":"@id"},"featuredTags":{"@id":"toot:featuredTags","@type":"@id"},"attributionDomains":{"@id":"toot:attributionDomains","@container":"@set"},"PropertyValue":"schema:PropertyValue","value":"schema:value","conversation":"ostatus:conversation","atomUri":"ostatus:atomUri","EmojiReact":"litepub:EmojiReact","webfinger":{"@id":"https://purl.archive.org/socialweb/webfinger#webfinger"},"quote":{"@id":"https://w3id.org/fep/044f#quote","@type":"@id"},"quoteAuthorization":{"@id":"https://w3id.org/fep/044f#quoteAuthorization","@type":"@id"},"QuoteRequest":"https://w3id.org/fep/044f#QuoteRequest","QuoteAuthorization":"https://w3id.org/fep/044f#QuoteAuthorization","interactionPolicy":{"@id":"gts:interactionPolicy","@type":"@id"},"canQuote":{"@id":"gts:canQuote","@type":"@id"},"canReply":{"@id":"gts:canReply","@type":"@id"},"canLike":{"@id":"gts:canLike","@type":"@id"},"canAnnounce":{"@id":"gts:canAnnounce","@type":"@id"},"automaticApproval":{"@id":"gts:automaticApproval","@type":"@id"},"manualApproval":{"@id":"gts:manualApproval","@type":"@id"},"interactingObject":{"@id":"gts:interactingObject","@type":"@id"},"interactionTarget":{"@id":"gts:interactionTarget","@type":"@id"},"assertionMethod":{"@id":"sec:assertionMethod","@type":"@id","@container":"@set"},"Multikey":"sec:Multikey","controller":{"@id":"sec:controller","@type":"@id"},"publicKeyMultibase":{"@id":"sec:publicKeyMultibase","@type":"sec:multibase"},"proof":{"@id":"sec:proof","@type":"@id","@container":"@graph"},"DataIntegrityProof":"sec:DataIntegrityProof","cryptosuite":{"@id":"sec:cryptosuite","@type":"sec:cryptosuiteString"},"proofPurpose":{"@id":"sec:proofPurpose","@type":"@vocab"},"proofValue":{"@id":"sec:proofValue","@type":"sec:multibase"},"verificationMethod":{"@id":"sec:verificationMethod","@type":"@id"}}])json";

/// Follow, Accept, Like, Undo, Delete, ...
inline constexpr std::string_view kSmallContext =
    R"json(["https://www.w3.org/ns/activitystreams","https://w3id.org/security/v1",{"ostatus":"http://ostatus.org#","atomUri":"ostatus:atomUri"}])json";

/// Collections of ids.
inline constexpr std::string_view kPlainContext = R"json("https://www.w3.org/ns/activitystreams")json";

}  // namespace dunlin::activitypub
