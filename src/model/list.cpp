#include "dunlin/model/list.hpp"

namespace dunlin::model {

std::string_view to_string(RepliesPolicy policy) {
  switch (policy) {
    case RepliesPolicy::list:
      return "list";
    case RepliesPolicy::followed:
      return "followed";
    case RepliesPolicy::none:
      break;
  }
  return "none";
}

std::optional<RepliesPolicy> parse_replies_policy(std::string_view text) {
  for (const auto policy : {RepliesPolicy::list, RepliesPolicy::followed, RepliesPolicy::none}) {
    if (to_string(policy) == text) return policy;
  }
  return std::nullopt;
}

}  // namespace dunlin::model
