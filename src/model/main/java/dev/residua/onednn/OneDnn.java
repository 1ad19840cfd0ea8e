package dev.residua.onednn;

import java.util.Optional;
import org.bytedeco.dnnl.dnnl_version_t;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;

/** The native library: its presence and version. */
public final class OneDnn {
  private OneDnn() {}

  /** Loads the library; the reason if this machine has none. */
  public static Optional<String> missing() {
    try {
      Loader.load(dnnl.class);
      return Optional.empty();
    } catch (LinkageError | RuntimeException e) {
      return Optional.of(
          "oneDNN's native library does not load on %s %s (%s)"
              .formatted(System.getProperty("os.name"), System.getProperty("os.arch"), e));
    }
  }

  /** Version and the best instruction set that the library finds, for instance "3.11.0 AMX". */
  public static String version() {
    dnnl_version_t version = dnnl.dnnl_version();
    return "%d.%d.%d (instruction set %s)"
        .formatted(version.major(), version.minor(), version.patch(), dnnl.get_effective_cpu_isa());
  }
}
