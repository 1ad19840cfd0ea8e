package dev.residua.app;

/** The innermost cause of a failure: what the layers around it only wrapped. */
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

  /** What the innermost cause says, or its class where it says nothing. */
  static String message(Throwable failure) {
    Throwable root = of(failure);
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }
}
