package dev.residua.wire;

/** The innermost cause of a failure. */
public final class RootCause {
  private RootCause() {}

  /** The last throwable of the chain of causes; the failure itself if it has none. */
  public static Throwable of(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  /**
   * The message of the innermost cause, or its class if it has none; with the remedy if a native
   * library does not load.
   */
  public static String message(Throwable failure) {
    Throwable root = of(failure);
    if (root instanceof UnsatisfiedLinkError) {
      return "%s; native libraries are unpacked below %s, which must be writable and allow execution (a tmpfs of Docker: --tmpfs /tmp:exec)"
          .formatted(root.getMessage(), System.getProperty("java.io.tmpdir"));
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }
}
