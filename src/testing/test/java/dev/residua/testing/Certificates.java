package dev.residua.testing;

import dev.residua.model.Pem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;

/**
 * An authority of a test and its certificates, made with the JDK's keytool in a directory of the
 * test. Everything has one password, drawn for this authority.
 */
public final class Certificates {
  private final Path directory;
  private final String name;
  private final String password = UUID.randomUUID().toString();
  private final Path authority;

  /**
   * Makes the authority.
   *
   * @param name of the authority, part of its files' names
   */
  public Certificates(Path directory, String name) throws IOException, InterruptedException {
    this.directory = directory;
    this.name = name;
    this.authority = directory.resolve(name + "-authority.p12");
    keytool(
        authority,
        List.of("-genkeypair", "-alias", "ca", "-keyalg", "EC", "-ext", "bc:c"),
        List.of("-dname", "CN=" + name, "-validity", "2"));
  }

  public String password() {
    return password;
  }

  /** A PKCS12 file with the authority's certificate, for those who trust it. */
  public Path truststore() throws IOException, InterruptedException {
    Path certificate = certificate();
    Path store = directory.resolve(name + "-trust.p12");
    if (!Files.exists(store)) {
      keytool(store, List.of("-importcert", "-noprompt", "-alias", "ca"), file(certificate));
    }
    return store;
  }

  /** Trusts the authority and no other. */
  public TrustManagerFactory trust()
      throws IOException, InterruptedException, GeneralSecurityException {
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(store(truststore()));
    return trust;
  }

  /** The keys of a file of this class. */
  public KeyManagerFactory keys(Path keystore) throws IOException, GeneralSecurityException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    keys.init(store(keystore), password.toCharArray());
    return keys;
  }

  private KeyStore store(Path file) throws IOException, GeneralSecurityException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, password.toCharArray());
    }
    return store;
  }

  private Path certificate() throws IOException, InterruptedException {
    Path certificate = directory.resolve(name + "-authority.pem");
    if (!Files.exists(certificate)) {
      keytool(authority, List.of("-exportcert", "-rfc", "-alias", "ca"), file(certificate));
    }
    return certificate;
  }

  /**
   * A PKCS12 file with a key and a certificate for localhost.
   *
   * @param subject common name
   * @param startsDaysAgo start of its validity
   * @param validDays length of its validity
   */
  public Path keystore(String subject, int startsDaysAgo, int validDays)
      throws IOException, InterruptedException {
    return keystore(subject, startsDaysAgo, validDays, "dns:localhost,ip:127.0.0.1");
  }

  /**
   * The same for other hosts.
   *
   * @param hosts as keytool's extension {@code san} takes them
   */
  public Path keystore(String subject, int startsDaysAgo, int validDays, String hosts)
      throws IOException, InterruptedException {
    Path store = directory.resolve(name + "-" + subject + ".p12");
    Path request = directory.resolve(name + "-" + subject + ".csr");
    Path signed = directory.resolve(name + "-" + subject + ".pem");
    keytool(
        store,
        List.of("-genkeypair", "-alias", "key", "-keyalg", "EC"),
        List.of("-dname", "CN=" + subject));
    keytool(store, List.of("-certreq", "-alias", "key"), file(request));
    List<String> sign = new ArrayList<>(List.of("-gencert", "-rfc", "-alias", "ca"));
    sign.addAll(List.of("-infile", request.toString(), "-outfile", signed.toString()));
    sign.addAll(List.of("-startdate", "-" + startsDaysAgo + "d"));
    sign.addAll(List.of("-validity", Integer.toString(validDays)));
    keytool(authority, sign, List.of("-ext", "san=" + hosts));
    keytool(store, List.of("-importcert", "-noprompt", "-alias", "ca"), file(certificate()));
    keytool(store, List.of("-importcert", "-noprompt", "-alias", "key"), file(signed));
    return store;
  }

  /** The certificate of a keystore, for servers that read PEM. */
  public Path certificate(String subject) {
    return directory.resolve(name + "-" + subject + ".pem");
  }

  /** The private key of a keystore, for servers that read PEM. */
  public Path key(String subject) throws IOException, GeneralSecurityException {
    KeyStore store = store(directory.resolve(name + "-" + subject + ".p12"));
    byte[] key = store.getKey("key", password.toCharArray()).getEncoded();
    return Files.write(
        directory.resolve(name + "-" + subject + "-key.pem"), Pem.write(Pem.PRIVATE, key));
  }

  private static List<String> file(Path file) {
    return List.of("-file", file.toString());
  }

  private void keytool(Path store, List<String> command, List<String> options)
      throws IOException, InterruptedException {
    List<String> all = new ArrayList<>();
    all.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    all.addAll(command);
    all.addAll(List.of("-keystore", store.toString(), "-storetype", "PKCS12"));
    all.addAll(List.of("-storepass", password));
    all.addAll(options);
    Process process = new ProcessBuilder(all).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (!process.waitFor(Waits.seconds(60), TimeUnit.SECONDS) || process.exitValue() != 0) {
      throw new AssertionError("keytool %s failed: %s".formatted(command, said));
    }
  }
}
