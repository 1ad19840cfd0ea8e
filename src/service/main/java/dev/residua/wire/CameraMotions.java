package dev.residua.wire;

import dev.residua.frame.CameraMotion;
import org.jspecify.annotations.Nullable;

/** {@code CameraMotion} records to domain and back. */
final class CameraMotions {
  private CameraMotions() {}

  static dev.residua.avro.@Nullable CameraMotion toAvro(@Nullable CameraMotion motion) {
    return motion == null
        ? null
        : new dev.residua.avro.CameraMotion(
            motion.right(), motion.down(), motion.degrees(), motion.scale());
  }

  static @Nullable CameraMotion toDomain(dev.residua.avro.@Nullable CameraMotion record) {
    return record == null
        ? null
        : new CameraMotion(
            record.getRight(), record.getDown(), record.getDegrees(), record.getScale());
  }
}
