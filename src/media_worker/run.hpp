#pragma once

namespace dunlin::media_worker {

/// The program dunlin-media: confines itself, then does one task on one file.
///
///   dunlin-media FOLDER MEMORY CPU_SECONDS FILE_BYTES idle|normal attachment|preview INPUT MOST_PIXELS
///   dunlin-media ... crop INPUT MOST_PIXELS WIDTH HEIGHT
///   dunlin-media ... fit INPUT MOST_PIXELS SIDE
///   dunlin-media ... run PROGRAM ARGUMENT...        becomes ffmpeg or ffprobe
///
/// INPUT and what is made stand in FOLDER. Prints a JSON object. Exit status: 0, 2 when the file is at fault (the
/// reason is the last line on stderr), 1 when we are.
int run(int argc, char** argv);

}  // namespace dunlin::media_worker
