package dev.residua.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * The environment of ONNX Runtime, which stays open until the process has ended.
 *
 * <p>The library releases it in a shutdown hook of its own, while roles are still stopping. A
 * session that is opened then aborts the process. The library counts references, so a second one
 * keeps the environment; its Java API has no call for that.
 */
final class OnnxEnvironment {
  private static final long STACK_BYTES = 256L << 20;
  private static final OrtEnvironment ENVIRONMENT = load();
  private static final boolean KEPT = keep();

  private OnnxEnvironment() {}

  /**
   * Loads the library on a thread with a deep stack: as it loads, it recurses once or more per
   * character of the command line of the process, and an overflow of Java's usual stack, seen with
   * a class path of 20 kB, ends the process without a word. The stack takes memory only as far as
   * it is used.
   */
  private static OrtEnvironment load() {
    // A lambda would be code of this class, which the other thread could not call yet.
    FutureTask<OrtEnvironment> task = new FutureTask<>(OrtEnvironment::getEnvironment);
    new Thread(null, task, "residua-onnx-load", STACK_BYTES).start();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("loading ONNX Runtime failed: " + e.getCause(), e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  static OrtEnvironment get() {
    return ENVIRONMENT;
  }

  /**
   * Returns true if the second reference is there; false if the version of the library has none.
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
