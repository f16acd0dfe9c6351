# Compiles migrations/*.sql into dunlin_db, as text. As a script (-P) it writes the source file; included, it defines the
# rule that runs the script whenever a migration changes.
if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB migrations ${FOLDER}/*.sql)
  list(SORT migrations)
  set(entries "")
  foreach(migration IN LISTS migrations)
    get_filename_component(name ${migration} NAME)
    if(NOT name MATCHES "^([0-9]+)_[a-z0-9_]+\\.sql$")
      message(FATAL_ERROR "${name}: migrations are named YYYYMMDDHHMM_what.sql")
    endif()
    file(READ ${migration} sql)
    string(APPEND entries "    {\"${CMAKE_MATCH_1}\", \"${name}\", R\"dunlin_sql(${sql})dunlin_sql\"},\n")
  endforeach()
  file(WRITE ${OUTPUT} "#include \"builtin_migrations.hpp\"\n\nnamespace dunlin::db {\n\n"
    "const std::vector<BuiltinMigration>& migration_texts() {\n"
    "  static const std::vector<BuiltinMigration> texts{\n${entries}  };\n  return texts;\n}\n\n}  // namespace dunlin::db\n")
else()
  file(GLOB dunlin_migrations CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/migrations/*.sql)
  set(dunlin_migrations_source ${CMAKE_BINARY_DIR}/generated/builtin_migrations.cpp)
  add_custom_command(OUTPUT ${dunlin_migrations_source}
    COMMAND ${CMAKE_COMMAND} -DFOLDER=${PROJECT_SOURCE_DIR}/migrations -DOUTPUT=${dunlin_migrations_source}
      -P ${CMAKE_CURRENT_LIST_FILE}
    DEPENDS ${dunlin_migrations} ${CMAKE_CURRENT_LIST_FILE}
    COMMENT "Embedding migrations")
  target_sources(dunlin_db PRIVATE ${dunlin_migrations_source})
endif()
