#include "push_titles.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace dunlin::service {

namespace {

using model::NotificationType;

constexpr std::array<std::string_view, 5> kLanguages{"en", "de", "fr", "es", "ja"};

struct Title {
  NotificationType type;
  std::array<std::string_view, kLanguages.size()> texts;  // {} is the name of whoever did it
};

constexpr std::array kTitles{
    Title{NotificationType::mention,
          {"{} mentioned you", "{} hat dich erwähnt", "{} vous a mentionné·e", "{} te ha mencionado",
           "{}さんがあなたに返信しました"}},
    Title{NotificationType::follow,
          {"{} is now following you", "{} folgt dir jetzt", "{} vous suit désormais", "{} te está siguiendo",
           "{}さんにフォローされました"}},
    Title{NotificationType::favourite,
          {"{} favourited your post", "{} hat deinen Beitrag favorisiert", "{} a ajouté votre message à ses favoris",
           "{} ha marcado tu publicación como favorita", "{}さんがあなたの投稿をお気に入りに登録しました"}},
    Title{NotificationType::reblog,
          {"{} boosted your post", "{} hat deinen Beitrag geteilt", "{} a partagé votre message",
           "{} ha impulsado tu publicación", "{}さんがあなたの投稿をブーストしました"}},
    Title{NotificationType::follow_request,
          {"{} asks to follow you", "{} möchte dir folgen", "{} souhaite vous suivre", "{} ha solicitado seguirte",
           "{}さんがあなたにフォローをリクエストしました"}},
    Title{NotificationType::status,
          {"{} just posted", "{} hat gerade etwas veröffentlicht", "{} vient de publier", "{} acaba de publicar",
           "{}さんが投稿しました"}},
    Title{NotificationType::poll,
          {"A poll by {} has ended", "Eine Umfrage von {} ist beendet", "Un sondage de {} est terminé",
           "Una encuesta de {} ha terminado", "{}さんのアンケートが終了しました"}},
    Title{NotificationType::update,
          {"{} edited a post", "{} hat einen Beitrag bearbeitet", "{} a modifié un message",
           "{} ha editado una publicación", "{}さんが投稿を編集しました"}},
    Title{NotificationType::quote,
          {"{} quoted your post", "{} hat deinen Beitrag zitiert", "{} a cité votre message",
           "{} ha citado tu publicación", "{}さんがあなたの投稿を引用しました"}},
    Title{NotificationType::quoted_update,
          {"{} edited a post that you quoted", "{} hat einen Beitrag bearbeitet, den du zitiert hast",
           "{} a modifié un message que vous avez cité", "{} ha editado una publicación que has citado",
           "{}さんがあなたの引用した投稿を編集しました"}},
    Title{NotificationType::admin_sign_up,
          {"{} signed up", "{} hat sich registriert", "{} s'est inscrit·e", "{} se ha registrado",
           "{}さんがサインアップしました"}},
    Title{NotificationType::admin_report,
          {"{} submitted a report", "{} hat eine Meldung eingereicht", "{} a envoyé un signalement",
           "{} ha enviado un informe", "{}さんが通報しました"}},
    Title{NotificationType::severed_relationships,
          {"Some of your follows were ended", "Einige deiner Beziehungen wurden beendet",
           "Certaines de vos relations ont pris fin", "Se han terminado algunas de tus relaciones",
           "一部のフォロー関係が失われました"}},
    Title{NotificationType::moderation_warning,
          {"You have received a warning from the moderators", "Du hast eine Verwarnung der Moderation erhalten",
           "Vous avez reçu un avertissement de la modération", "Has recibido una advertencia de la moderación",
           "モデレーターから警告を受けました"}},
    Title{NotificationType::added_to_collection,
          {"{} added you to a collection", "{} hat dich einer Sammlung hinzugefügt",
           "{} vous a ajouté·e à une collection", "{} te ha añadido a una colección",
           "{}さんがあなたをコレクションに追加しました"}},
    Title{NotificationType::emoji_reaction,
          {"{} reacted to your post", "{} hat auf deinen Beitrag reagiert", "{} a réagi à votre message",
           "{} ha reaccionado a tu publicación", "{}さんがあなたの投稿にリアクションしました"}},
    Title{NotificationType::collection_update,
          {"{} changed a collection that you are in", "{} hat eine Sammlung geändert, in der du bist",
           "{} a modifié une collection dont vous faites partie", "{} ha cambiado una colección en la que estás",
           "{}さんがあなたの入っているコレクションを変更しました"}}};

std::size_t language_of(std::string_view locale) {
  const auto* const found = std::ranges::find(kLanguages, locale.substr(0, locale.find_first_of("-_")));
  return found == kLanguages.end() ? 0 : static_cast<std::size_t>(found - kLanguages.begin());
}

}  // namespace

std::string push_title(NotificationType type, std::string_view name, std::string_view locale) {
  const auto* const title = std::ranges::find(kTitles, type, &Title::type);
  if (title == kTitles.end()) return std::string(name);
  return fmt::format(fmt::runtime(title->texts.at(language_of(locale))), name);
}

}  // namespace dunlin::service
