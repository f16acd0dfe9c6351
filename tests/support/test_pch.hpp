// What nearly every test includes. tests/CMakeLists.txt makes it the precompiled header of all test programs.
#pragma once
#include "pch.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
