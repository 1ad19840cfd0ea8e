package dev.residua.state;

import dev.residua.anomaly.CameraPosition.Usual;
import dev.residua.frame.CameraMotion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Positions of cameras to blocks of numbers and back. */
final class CameraPositions {
  private static final int PARTS = 4;

  private CameraPositions() {}

  static ByteBuffer motions(List<CameraMotion> motions) {
    float[] values = new float[PARTS * motions.size()];
    for (int i = 0; i < motions.size(); i++) {
      put(motions.get(i), values, PARTS * i);
    }
    return Blocks.of(values);
  }

  static List<CameraMotion> motions(ByteBuffer block) {
    float[] values = Blocks.floats(block);
    List<CameraMotion> motions = new ArrayList<>();
    for (int at = 0; at < values.length; at += PARTS) {
      motions.add(motion(values, at));
    }
    return motions;
  }

  static ByteBuffer usual(@Nullable Usual usual) {
    if (usual == null) {
      return Blocks.of(new float[0]);
    }
    float[] values = new float[2 * PARTS];
    put(usual.position(), values, 0);
    values[PARTS] = usual.right();
    values[PARTS + 1] = usual.down();
    values[PARTS + 2] = usual.degrees();
    values[PARTS + 3] = usual.scale();
    return Blocks.of(values);
  }

  static @Nullable Usual usual(ByteBuffer block) {
    float[] values = Blocks.floats(block);
    return values.length == 0
        ? null
        : new Usual(
            motion(values, 0),
            values[PARTS],
            values[PARTS + 1],
            values[PARTS + 2],
            values[PARTS + 3]);
  }

  private static void put(CameraMotion motion, float[] values, int at) {
    values[at] = motion.right();
    values[at + 1] = motion.down();
    values[at + 2] = motion.degrees();
    values[at + 3] = motion.scale();
  }

  private static CameraMotion motion(float[] values, int at) {
    return new CameraMotion(values[at], values[at + 1], values[at + 2], values[at + 3]);
  }
}
