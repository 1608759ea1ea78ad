# tree-sitter and its grammars: C sources from npm packages with exact versions (package-lock.json), compiled here. Nothing of the
# packages runs: scripts are off. Where they lie: -DHOOKCHECK_GRAMMARS=DIR, else the environment's HOOKCHECK_GRAMMARS, else
# install/grammars/node_modules, which is filled by `npm ci` when one is missing. Not Debian's tree-sitter: 0.20.7 writes past its
# memory on some 66,000 brackets without an end.
#
# NAME=FOLDER: the target grammar_NAME is made of FOLDER/src. It is built only for what links it.
set(grammars
    elixir=tree-sitter-elixir
    javascript=tree-sitter-javascript
    python=tree-sitter-python
    ruby=tree-sitter-ruby
    tsx=tree-sitter-typescript/tsx
    typescript=tree-sitter-typescript/typescript)

if(DEFINED ENV{HOOKCHECK_GRAMMARS})
  set(grammars_default $ENV{HOOKCHECK_GRAMMARS})
else()
  set(grammars_default ${CMAKE_CURRENT_LIST_DIR}/node_modules)
endif()
set(HOOKCHECK_GRAMMARS ${grammars_default} CACHE PATH "Folder that holds tree-sitter, tree-sitter-python and the other grammars")
set(runtime tree-sitter/vendor/tree-sitter/lib)

# The folders without sources, of all those above.
function(hookcheck_grammars_missing ret_missing)
  set(missing)
  foreach(grammar ${grammars})
    string(REGEX REPLACE ".*=" "" folder ${grammar})
    if(NOT EXISTS ${HOOKCHECK_GRAMMARS}/${folder}/src/parser.c)
      list(APPEND missing ${folder})
    endif()
  endforeach()
  if(NOT EXISTS ${HOOKCHECK_GRAMMARS}/${runtime}/src/lib.c)
    list(APPEND missing ${runtime})
  endif()
  set(${ret_missing} ${missing} PARENT_SCOPE)
endfunction()

hookcheck_grammars_missing(grammars_missing)
if(grammars_missing AND HOOKCHECK_GRAMMARS STREQUAL ${CMAKE_CURRENT_LIST_DIR}/node_modules)
  find_program(NPM npm)
  if(NPM)
    # Two builds of one source folder may be configured at the same time.
    file(LOCK ${CMAKE_CURRENT_LIST_DIR} DIRECTORY GUARD FILE TIMEOUT 300)
    hookcheck_grammars_missing(grammars_missing)
    if(grammars_missing)
      message(STATUS "Fetching the grammars: npm ci --ignore-scripts --prefix install/grammars")
      execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund
                      WORKING_DIRECTORY ${CMAKE_CURRENT_LIST_DIR} OUTPUT_QUIET ERROR_VARIABLE npm_errors
                      RESULT_VARIABLE npm_result)
      if(NOT npm_result EQUAL 0)
        message(WARNING "npm ci in install/grammars failed: ${npm_errors}")
      endif()
    endif()
    hookcheck_grammars_missing(grammars_missing)
  endif()
endif()
if(grammars_missing)
  list(JOIN grammars_missing ", " grammars_missing)
  message(FATAL_ERROR "${grammars_missing}: not found in ${HOOKCHECK_GRAMMARS}; run ./install/quickstart, or "
                      "`npm ci --ignore-scripts --prefix install/grammars`, or name their folder with "
                      "-DHOOKCHECK_GRAMMARS=DIR")
endif()

# The library is one source file that includes the others.
add_library(treesitter_runtime STATIC ${HOOKCHECK_GRAMMARS}/${runtime}/src/lib.c)
target_include_directories(treesitter_runtime SYSTEM PUBLIC ${HOOKCHECK_GRAMMARS}/${runtime}/include)
target_compile_definitions(treesitter_runtime PRIVATE _DEFAULT_SOURCE) # le16toh()
target_compile_options(treesitter_runtime PRIVATE -w -O2)

function(hookcheck_grammar name folder)
  set(directory ${HOOKCHECK_GRAMMARS}/${folder}/src)
  add_library(grammar_${name} STATIC EXCLUDE_FROM_ALL ${directory}/parser.c ${directory}/scanner.c)
  # The grammar's own tree_sitter/parser.h, which must match its parser.c, comes before the runtime's.
  target_include_directories(grammar_${name} BEFORE PRIVATE ${directory})
  target_compile_options(grammar_${name} PRIVATE -w -O2) # foreign code, and slow without optimisation
endfunction()
foreach(grammar ${grammars})
  string(REPLACE "=" ";" grammar ${grammar})
  hookcheck_grammar(${grammar})
endforeach()
