#include "dunlin/jobs/job.hpp"

namespace dunlin::jobs {

std::string_view to_string(Lane lane) {
  switch (lane) {
    case Lane::ingress:
      return "ingress";
    case Lane::deliver:
      return "deliver";
    case Lane::feed:
      return "feed";
    case Lane::media:
      return "media";
    case Lane::mail:
      return "mail";
    case Lane::maintenance:
      return "maintenance";
    case Lane::crawl:
      return "crawl";
    case Lane::transcode:
      return "transcode";
    case Lane::push:
      return "push";
  }
  return "unknown";
}

}  // namespace dunlin::jobs
