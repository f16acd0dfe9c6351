// The one copy of Beast's HTTP parser and its tables (BOOST_BEAST_SEPARATE_COMPILATION).
#include <boost/beast/src.hpp>
