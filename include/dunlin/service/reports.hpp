#pragma once

#include "dunlin/base/result.hpp"
#include "dunlin/db/tx.hpp"
#include "dunlin/model/account.hpp"
#include "dunlin/model/report.hpp"
#include "dunlin/service/environment.hpp"
#include "dunlin/service/mails.hpp"
#include "dunlin/service/notifications.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dunlin::service {

struct NewReport {
  AccountId target;
  std::vector<StatusId> statuses{};
  std::vector<std::int64_t> collections{};
  std::vector<std::int64_t> rules{};
  std::string comment{};
  std::optional<model::ReportCategory> category{};
  bool forward = false;
  std::vector<std::string> forward_to{};  // domains beside that of the account
  std::optional<ApplicationId> application{};
};

/// What people ask the moderators to look at.
class ReportService {
 public:
  ReportService(Environment& env, NotificationService& notifications, MailService& mails)
      : env_(env), notifications_(notifications), mails_(mails) {}

  /// Tells the moderators, and with `forward` the servers concerned. Errors: not_found (the account), invalid.
  Result<model::Report> file(db::Tx& tx, const model::Account& reporter, const NewReport& report);
  enum class Received : std::uint8_t {
    filed,
    merged,  // its statuses joined a report of the same within a day
    known,
    refused,  // too many by the same
  };
  /// A Flag that came in from another server.
  Received receive(db::Tx& tx, const model::Account& reporter, model::Report report);

 private:
  void tell_staff(db::Tx& tx, const model::Report& report, const model::Account& reporter,
                  const model::Account& target);
  Environment& env_;
  NotificationService& notifications_;
  MailService& mails_;
};

}  // namespace dunlin::service
