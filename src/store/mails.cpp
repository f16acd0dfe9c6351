#include "dunlin/store/mails.hpp"

#include "rows.hpp"

#include "dunlin/db/statement.hpp"

namespace dunlin::store {

namespace {

const db::Statement kInsertMail{"mails.insert", R"sql(
INSERT INTO outgoing_mails (id, recipient, subject, body_text, body_html, created_at)
VALUES ($1, $2, $3, $4, $5, $6))sql"};
const db::Statement kFindMail{
    "mails.find", "SELECT id, recipient, subject, body_text, body_html, created_at FROM outgoing_mails WHERE id = $1"};
const db::Statement kDeleteMail{"mails.delete", "DELETE FROM outgoing_mails WHERE id = $1"};

}  // namespace

void insert_mail(db::Tx& tx, const model::Mail& mail) {
  tx.exec(kInsertMail, {mail.id, mail.recipient, mail.subject, mail.text, mail.html, tx.now()});
}

std::optional<model::Mail> find_mail(db::Tx& tx, std::int64_t id) {
  return first_row(tx.exec(kFindMail, {id}), [](const db::Row& row) {
    return model::Mail{.id = row.i64(0),
                       .recipient = std::string(row.text(1)),
                       .subject = std::string(row.text(2)),
                       .text = std::string(row.text(3)),
                       .html = std::string(row.text(4)),
                       .created_at = row.time(5)};
  });
}

void delete_mail(db::Tx& tx, std::int64_t id) {
  tx.exec(kDeleteMail, {id});
}

}  // namespace dunlin::store
