package dev.residua.alerting;

import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.nio.charset.StandardCharsets;

/** Addresses of mail in the settings, such as {@code Residua <residua@example.org>}. */
final class MailAddress {
  private MailAddress() {}

  /**
   * Checks an address.
   *
   * @param property that holds it
   * @throws IllegalArgumentException if it is not one
   */
  static void check(String property, String text) {
    String why;
    try {
      parsed(text);
      if (StandardCharsets.US_ASCII.newEncoder().canEncode(text)
          && text.equals(AlertText.oneLine(text))) {
        return;
      }
      why = "only ASCII is supported";
    } catch (AddressException e) {
      why = String.valueOf(e.getMessage());
    }
    throw new IllegalArgumentException(
        "%s must be an address such as ops@example.org but was '%s': %s"
            .formatted(property, AlertText.oneLine(text), why));
  }

  static InternetAddress parsed(String text) throws AddressException {
    return new InternetAddress(text, true);
  }

  /** The part after the last at sign of an address that has been checked. */
  static String domain(String text) {
    return text.substring(text.lastIndexOf('@') + 1).replaceAll("[^A-Za-z0-9.-].*", "");
  }
}
