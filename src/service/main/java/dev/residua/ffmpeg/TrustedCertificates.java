package dev.residua.ffmpeg;

import dev.residua.model.Pem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
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
  static TrustedCertificates write() throws IOException {
    byte[] authorities = authorities();
    TrustedCertificates written =
        new TrustedCertificates(Files.createTempFile("residua-trusted-", ".pem"));
    try {
      Files.write(written.file, authorities);
      return written;
    } catch (IOException e) { // such as a full disk
      written.close();
      throw e;
    }
  }

  private static byte[] authorities() throws IOException {
    ByteArrayOutputStream blocks = new ByteArrayOutputStream();
    try {
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init((@Nullable KeyStore) null);
      for (TrustManager manager : trust.getTrustManagers()) {
        if (manager instanceof X509TrustManager trusting) {
          for (X509Certificate authority : trusting.getAcceptedIssuers()) {
            blocks.writeBytes(Pem.write(Pem.CERTIFICATE, authority.getEncoded()));
          }
        }
      }
    } catch (GeneralSecurityException e) {
      throw new IOException("the certificates that Java trusts cannot be read: " + e, e);
    }
    return blocks.toByteArray();
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
  }
}
