#include "dunlin/model/quote.hpp"

#include <array>

namespace dunlin::model {

std::string_view to_string(QuoteSight sight) {
  static constexpr std::array<std::string_view, 9> kNames{"pending",         "accepted",       "rejected",
                                                          "revoked",         "deleted",        "unauthorized",
                                                          "blocked_account", "blocked_domain", "muted_account"};
  return kNames.at(static_cast<std::size_t>(sight));
}

}  // namespace dunlin::model
