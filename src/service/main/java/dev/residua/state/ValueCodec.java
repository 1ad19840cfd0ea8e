package dev.residua.state;

import org.jspecify.annotations.Nullable;

/** Codec of the values of one type, which may be null. Thread-safe. */
interface ValueCodec {
  void write(@Nullable Object value, StateWriter out);

  @Nullable Object read(StateReader in);

  /** Returns the names and types that the bytes depend on. */
  String description();
}
