#include "dunlin/model/severance.hpp"

namespace dunlin::model {

std::string_view to_string(SeveranceType type) {
  switch (type) {
    case SeveranceType::domain_block:
      return "domain_block";
    case SeveranceType::user_domain_block:
      return "user_domain_block";
    case SeveranceType::account_suspension:
      return "account_suspension";
  }
  return "domain_block";
}

}  // namespace dunlin::model
