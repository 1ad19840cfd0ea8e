package dev.residua.dl4j;

import dev.residua.training.TrainingFailedException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.bytedeco.javacpp.Loader;
import org.nd4j.common.config.ND4JClassLoading;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Selects the backend of ND4J, once for the process and before its first use.
 *
 * <p>ND4J takes the available backend of the highest priority that {@link java.util.ServiceLoader}
 * finds, and the CUDA backend's is above the processor's. The priorities can only be changed by
 * environment variables ({@code BACKEND_PRIORITY_CPU} and {@code _GPU}), which a running process
 * cannot set, so for the processor the CUDA backend is hidden from the service loader instead.
 */
public final class Nd4jBackends {
  private static final String CUDA_PACKAGE = "org.nd4j.linalg.jcublas.";

  /** Location of ND4J's native libraries in their jars: platform, kind of processor. */
  private static final String NATIVE_LIBRARY =
      "org/nd4j/linalg/cpu/nativecpu/bindings/%s%s/libnd4jcpu.so";

  private static final List<String> NATIVE_KINDS =
      List.of("-onednn-avx2", "-onednn-avx512", "-onednn", "-avx2", "-avx512", "");

  private Nd4jBackends() {}

  /** Returns true if the CUDA backend is on the class path. */
  static boolean cudaIsThere() {
    try {
      Class.forName(CUDA_PACKAGE + "JCublasBackend", false, ND4JClassLoading.getNd4jClassloader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  /** Why ND4J cannot compute on the processor here; empty if nothing speaks against it. */
  public static Optional<String> processorProblem() {
    ClassLoader libraries = ND4JClassLoading.getNd4jClassloader();
    for (String kind : NATIVE_KINDS) {
      if (libraries.getResource(NATIVE_LIBRARY.formatted(Loader.getPlatform(), kind)) != null) {
        return Optional.empty();
      }
    }
    return Optional.of(
        "this build has no training libraries, as the image for serving: train with ./residua train from the sources, or in the image of deploy/trainer-cuda");
  }

  /** Makes ND4J compute on the processor, even if other backends are on the class path. */
  public static void useProcessor() {
    if (cudaIsThere()) {
      ND4JClassLoading.setNd4jClassloader(new WithoutCuda(ND4JClassLoading.getNd4jClassloader()));
    }
  }

  /**
   * Starts ND4J on the GPU.
   *
   * @throws TrainingFailedException if it took another backend or could not start
   */
  public static void useCuda() throws TrainingFailedException {
    String taken;
    try {
      taken = QuietOutput.during(() -> Nd4j.getBackend().getClass().getName());
    } catch (Exception | LinkageError e) {
      throw new TrainingFailedException("the CUDA backend does not start: " + e, e);
    }
    if (!taken.startsWith(CUDA_PACKAGE)) {
      throw new TrainingFailedException(
          "ND4J took %s instead of its CUDA backend; unset BACKEND_PRIORITY_CPU and"
                  .formatted(taken)
              + " BACKEND_PRIORITY_GPU, or use --backend cpu");
    }
  }

  /**
   * Sets the native threads of later computations of the calling thread on the processor; it
   * overrides {@code OMP_NUM_THREADS}.
   */
  static void useThreads(int threads) {
    Nd4j.getEnvironment().setMaxMasterThreads(threads);
    if (Nd4j.getEnvironment().isCPU()) {
      // The convolutions run on OpenMP, which keeps a number of its own for every calling thread.
      NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(threads);
    }
  }

  /**
   * Optimal number of parts of a batch for some threads: one per thread on the processor. A GPU
   * computes a batch as a whole.
   */
  static int splits(int threads) {
    return Nd4j.getEnvironment().isCPU() ? threads : 1;
  }

  /** Version of ND4J; {@code unknown} if its library does not report it. */
  public static String engineVersion() {
    Properties properties = new Properties();
    try (InputStream in =
        Nd4j.class.getResourceAsStream("/META-INF/maven/org.nd4j/nd4j-api/pom.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      return "unknown";
    }
    return properties.getProperty("version", "unknown");
  }

  /** A class loader that finds everything its parent finds but the services of the CUDA backend. */
  static final class WithoutCuda extends ClassLoader {
    WithoutCuda(ClassLoader parent) {
      super(parent);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      Enumeration<URL> all = super.getResources(name);
      if (!name.startsWith("META-INF/services/org.nd4j.")) {
        return all;
      }
      List<URL> kept = new ArrayList<>();
      for (URL url : Collections.list(all)) {
        try (InputStream in = url.openStream()) {
          String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
          if (text.lines().noneMatch(line -> line.startsWith(CUDA_PACKAGE))) {
            kept.add(url);
          }
        }
      }
      return Collections.enumeration(kept);
    }
  }
}
