# artspeak_room(NAME ROOMS room... LIBRARIES target...)
#
# One room is one library built from every .cc beside it. ROOMS are the rooms
# it may include (they are passed on to those who link it); LIBRARIES come from
# outside and stay hidden in its .cc files. The x_test.cc files become one test
# program, NAME_test; the target unit_tests builds them all.
add_custom_target(unit_tests)

function(artspeak_room name)
  cmake_parse_arguments(ROOM "" "" "ROOMS;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")

  add_library(artspeak_${name} STATIC ${sources})
  target_include_directories(artspeak_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM ROOM_ROOMS PREPEND artspeak_)
  target_link_libraries(artspeak_${name} PUBLIC ${ROOM_ROOMS} PRIVATE ${ROOM_LIBRARIES})

  if(ARTSPEAK_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE
      artspeak_${name} artspeak_testing ${ROOM_LIBRARIES} GTest::gmock GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES LABELS unit)
    add_dependencies(unit_tests ${name}_test)
  endif()
endfunction()
