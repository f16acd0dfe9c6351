#include "dunlin/media/processor.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace dunlin;
using namespace dunlin::media;
using model::MediaType;

namespace {

Probe probe(const std::string& streams, const std::string& format = R"({"duration":"2.5","bit_rate":"1000"})") {
  return parse_probe(R"({"streams":[)" + streams + R"(],"format":)" + format + "}").value();
}

constexpr const char* kH264 =
    R"({"codec_type":"video","codec_name":"h264","pix_fmt":"yuv420p","width":640,"height":360,"avg_frame_rate":"30000/1001"})";
constexpr const char* kAac =
    R"({"codec_type":"audio","codec_name":"aac","sample_rate":"44100","channel_layout":"stereo","channels":2})";
constexpr FileType kMp4{MediaType::video, "video/mp4", "mp4", "mov"};
constexpr FileType kWebm{MediaType::video, "video/webm", "webm", "matroska"};

}  // namespace

TEST_CASE("ffprobe's answer is read", "[media][probe]") {
  const auto film = probe(std::string(kH264) + "," + kAac);
  REQUIRE(film.video);
  CHECK(film.video->width == 640);
  CHECK(film.video->frame_rate == "30000/1001");
  CHECK(film.video->frames_per_second == Approx(29.97).margin(0.01));
  CHECK(film.audio->channels == "stereo");
  CHECK(film.duration == 2.5);
  CHECK(film.bitrate == 1000);
  const auto turned = probe(
      R"({"codec_type":"video","codec_name":"h264","width":640,"height":360,"avg_frame_rate":"0/0","r_frame_rate":"25/1","side_data_list":[{"rotation":-90}]})");
  CHECK(turned.video->width == 360);
  CHECK(turned.video->frames_per_second == 25);
}

TEST_CASE("a cover picture is no film, and odd numbers are none", "[media][probe]") {
  const auto song = probe(
      R"({"codec_type":"video","codec_name":"mjpeg","width":600,"height":600,"disposition":{"attached_pic":1}},)" +
          std::string(kAac),
      R"({"duration":"N/A","bit_rate":"-5"})");
  CHECK_FALSE(song.video);
  CHECK(song.duration == 0);
  CHECK(song.bitrate == 0);
  CHECK(parse_probe("{}").error().code == Errc::invalid);
  CHECK(parse_probe("nonsense").error().code == Errc::invalid);
  CHECK(parse_probe(R"({"streams":[5,{"codec_type":7}],"format":[]})").error().code == Errc::invalid);
}

TEST_CASE("what the web plays is only copied", "[media][probe]") {
  CHECK(plan_for(kMp4, probe(std::string(kH264) + "," + kAac)) == VideoPlan::copy);
  CHECK(plan_for(kMp4, probe(kH264)) == VideoPlan::copy);
  CHECK(plan_for(kWebm, probe(kH264)) == VideoPlan::convert);
  CHECK(
      plan_for(kMp4, probe(R"({"codec_type":"video","codec_name":"hevc","pix_fmt":"yuv420p","width":9,"height":9})")) ==
      VideoPlan::convert);
  CHECK(
      plan_for(kMp4, probe(R"({"codec_type":"video","codec_name":"h264","pix_fmt":"yuv444p","width":9,"height":9})")) ==
      VideoPlan::convert);
  CHECK(plan_for(kMp4, probe(kAac)) == VideoPlan::sound);
  CHECK(plan_for(kWebm, probe(kAac)) == VideoPlan::convert_sound);
}
