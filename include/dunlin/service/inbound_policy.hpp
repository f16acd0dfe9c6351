#pragma once

#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/service/domain_policies.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Where an admin's rules about what other servers send have their say.
namespace dunlin::service {

/// An activity whose sender is proven, before anything is done with it.
struct Inbound {
  const model::Account& sender;  // whose key has signed the request
  std::string_view actor;        // the uri of whose it claims to be: the sender's, or of one for whom it is passed on
  std::string_view type;         // as it is written
  std::string_view document;     // JSON
};

struct Ruling {
  enum class Kind : std::uint8_t { accept, reject, rewrite };
  Kind kind = Kind::accept;
  std::string text{};      // the reason, for people; or the document that takes the place of this one
  bool of_domain = false;  // a refusal of everything from there

  static Ruling accept() { return {}; }
  static Ruling reject(std::string reason) { return {.kind = Kind::reject, .text = std::move(reason)}; }
  static Ruling rewrite(std::string document) { return {.kind = Kind::rewrite, .text = std::move(document)}; }
};

class InboundPolicy {
 public:
  virtual ~InboundPolicy() = default;
  /// Within the transaction that handles the activity, which may run several times: it decides, and writes nothing.
  virtual Ruling rule(db::Tx& tx, const Inbound& inbound) = 0;
};

/// Nothing comes from, or in the name of, a server with which this one does not speak.
class DomainInboundPolicy final : public InboundPolicy {
 public:
  explicit DomainInboundPolicy(const DomainPolicies& policies) : policies_(policies) {}
  Ruling rule(db::Tx& tx, const Inbound& inbound) override;

 private:
  const DomainPolicies& policies_;
};

/// One policy after the other: the first refusal ends it, and what one rewrites is what the next one sees. Complete
/// before the first activity is handled; any thread may ask.
class InboundPolicies final : public InboundPolicy {
 public:
  void add(std::unique_ptr<InboundPolicy> policy) { policies_.push_back(std::move(policy)); }
  Ruling rule(db::Tx& tx, const Inbound& inbound) override;

 private:
  std::vector<std::unique_ptr<InboundPolicy>> policies_;
};

}  // namespace dunlin::service
