package dev.residua.ffmpeg;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Base64;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * A temporary PEM file of the authorities that Java trusts, as FFmpeg reads them: so one trust
 * store counts for all cameras.
 *
 * @param file deleted when it is closed
 */
record TrustedCertificates(Path file) implements AutoCloseable {
  private static final Base64.Encoder LINES =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  static TrustedCertificates write() throws IOException {
    StringBuilder text = new StringBuilder();
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init((@Nullable KeyStore) null);
      for (TrustManager manager : trust.getTrustManagers()) {
        if (manager instanceof X509TrustManager authorities) {
          for (X509Certificate authority : authorities.getAcceptedIssuers()) {
            text.append("-----BEGIN CERTIFICATE-----\n")
                .append(LINES.encodeToString(authority.getEncoded()))
                .append("\n-----END CERTIFICATE-----\n");
          }
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IOException("the certificates that Java trusts cannot be read: " + e, e);
    }
    TrustedCertificates written =
        new TrustedCertificates(Files.createTempFile("residua-trusted-", ".pem"));
    Files.writeString(written.file, text);
    return written;
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
  }
}
