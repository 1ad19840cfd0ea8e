package dev.residua.wire;

/** The registry took a request and said no, such as to a schema that breaks its compatibility. */
final class RegistryRefusalException extends Exception {
  private static final long serialVersionUID = 1L;

  RegistryRefusalException(String message) {
    super(message);
  }
}
