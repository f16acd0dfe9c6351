#include "validation.hpp"

#include "dunlin/json/writer.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace dunlin::api {

http::Response validation_failed(const service::Faults& faults) {
  std::vector<std::string> fields;
  for (const auto& fault : faults.all()) {
    if (std::ranges::find(fields, fault.field) == fields.end()) fields.push_back(fault.field);
  }
  json::Writer out;
  out.begin_object().field("error", faults.message());
  out.key("details").begin_object();
  for (const auto& field : fields) {
    out.key(field).begin_array();
    for (const auto& fault : faults.all()) {
      if (fault.field != field) continue;
      out.begin_object().field("error", fault.code).field("description", fault.description).end_object();
    }
    out.end_array();
  }
  out.end_object().end_object();
  return http::text_response(422, "application/json; charset=utf-8", out.take());
}

}  // namespace dunlin::api
