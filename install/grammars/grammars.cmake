# Grammars for tree-sitter: C sources from npm packages with exact versions (package-lock.json), compiled here. Nothing of the
# packages runs: scripts are off. Where they lie: -DHOOKCHECK_GRAMMARS=DIR, else the environment's HOOKCHECK_GRAMMARS, else
# install/grammars/node_modules, which is filled by `npm ci` when it is missing.
if(DEFINED ENV{HOOKCHECK_GRAMMARS})
  set(grammars_default $ENV{HOOKCHECK_GRAMMARS})
else()
  set(grammars_default ${CMAKE_CURRENT_LIST_DIR}/node_modules)
endif()
set(HOOKCHECK_GRAMMARS ${grammars_default} CACHE PATH "Folder that holds tree-sitter-python")

if(NOT EXISTS ${HOOKCHECK_GRAMMARS}/tree-sitter-python/src/parser.c
   AND HOOKCHECK_GRAMMARS STREQUAL ${CMAKE_CURRENT_LIST_DIR}/node_modules)
  find_program(NPM npm)
  if(NPM)
    # Two builds of one source folder may be configured at the same time.
    file(LOCK ${CMAKE_CURRENT_LIST_DIR} DIRECTORY GUARD FILE TIMEOUT 300)
    if(NOT EXISTS ${HOOKCHECK_GRAMMARS}/tree-sitter-python/src/parser.c)
      message(STATUS "Fetching the grammars: npm ci --ignore-scripts --prefix install/grammars")
      execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund
                      WORKING_DIRECTORY ${CMAKE_CURRENT_LIST_DIR} OUTPUT_QUIET ERROR_VARIABLE npm_errors
                      RESULT_VARIABLE npm_result)
      if(NOT npm_result EQUAL 0)
        message(WARNING "npm ci in install/grammars failed: ${npm_errors}")
      endif()
    endif()
  endif()
endif()
if(NOT EXISTS ${HOOKCHECK_GRAMMARS}/tree-sitter-python/src/parser.c)
  message(FATAL_ERROR "tree-sitter-python was not found in ${HOOKCHECK_GRAMMARS}: run ./install/quickstart, or "
                      "`npm ci --ignore-scripts --prefix install/grammars`, or name its folder with "
                      "-DHOOKCHECK_GRAMMARS=DIR")
endif()

# Statically where possible: one library less to load in every run of hookcheck.
find_library(TREESITTER_STATIC NAMES libtree-sitter.a)
add_library(treesitter_runtime INTERFACE)
if(TREESITTER_STATIC)
  target_link_libraries(treesitter_runtime INTERFACE ${TREESITTER_STATIC})
  target_include_directories(treesitter_runtime SYSTEM INTERFACE ${treesitter_INCLUDE_DIRS})
else()
  target_link_libraries(treesitter_runtime INTERFACE PkgConfig::treesitter)
endif()

function(hookcheck_grammar name)
  set(directory ${HOOKCHECK_GRAMMARS}/tree-sitter-${name}/src)
  add_library(grammar_${name} STATIC ${directory}/parser.c ${directory}/scanner.c)
  # The grammar's own tree_sitter/parser.h, which must match its parser.c, comes before the runtime's.
  target_include_directories(grammar_${name} BEFORE PRIVATE ${directory})
  target_compile_options(grammar_${name} PRIVATE -w -O2) # foreign code, and slow without optimisation
endfunction()
hookcheck_grammar(python)
