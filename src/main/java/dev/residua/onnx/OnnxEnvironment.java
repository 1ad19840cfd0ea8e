package dev.residua.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.lang.reflect.Field;
import java.lang.reflect.Method;

/**
 * The environment of ONNX Runtime, which stays open until the process has ended.
 *
 * <p>The library releases it in a shutdown hook of its own, while roles are still stopping. A
 * session that is opened then aborts the process. The library counts references, so a second one
 * keeps the environment; its Java API has no call for that.
 */
final class OnnxEnvironment {
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();
  private static final boolean KEPT = keep();

  private OnnxEnvironment() {}

  static OrtEnvironment get() {
    return ENVIRONMENT;
  }

  /**
   * Whether the second reference is there; not where another version of the library has no such.
   */
  static boolean isKept() {
    return KEPT;
  }

  private static boolean keep() {
    try {
      Field api = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
      api.setAccessible(true);
      Method create =
          OrtEnvironment.class.getDeclaredMethod(
              "createHandle", long.class, int.class, String.class);
      create.setAccessible(true);
      create.invoke(
          null, api.getLong(null), OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING.getValue(), "residua");
      return true;
    } catch (ReflectiveOperationException | RuntimeException e) {
      return false;
    }
  }
}
