#pragma once

#include "dunlin/config/config.hpp"
#include "dunlin/media/processor.hpp"
#include "dunlin/media/storage.hpp"
#include "dunlin/media/work_folder.hpp"

#include <filesystem>
#include <memory>

namespace dunlin::media {

/// All that handling a file takes: room to work in, who decodes it, where it is kept. One for the process.
class Library {
 public:
  Library(const config::Config& config, std::filesystem::path worker_program, std::unique_ptr<Storage> storage)
      : work_(config.server.data_dir / "media" / "work"),
        processor_(config, std::move(worker_program)),
        storage_(std::move(storage)) {}

  [[nodiscard]] Result<WorkFolder> new_folder() const { return WorkFolder::make(work_); }
  [[nodiscard]] const Processor& processor() const { return processor_; }
  [[nodiscard]] Storage& storage() const { return *storage_; }
  void sweep() const { sweep_work_folders(work_, std::chrono::hours(24)); }

 private:
  std::filesystem::path work_;
  Processor processor_;
  std::unique_ptr<Storage> storage_;
};

}  // namespace dunlin::media
