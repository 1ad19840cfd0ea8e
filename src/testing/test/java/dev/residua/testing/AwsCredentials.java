package dev.residua.testing;

/** Credentials of this process for S3, until closed. */
public final class AwsCredentials implements AutoCloseable {
  private static final String ID = "aws.accessKeyId";
  private static final String SECRET = "aws.secretAccessKey";

  private AwsCredentials() {}

  public static AwsCredentials set(String id, String secret) {
    System.setProperty(ID, id);
    System.setProperty(SECRET, secret);
    return new AwsCredentials();
  }

  @Override
  public void close() {
    System.clearProperty(ID);
    System.clearProperty(SECRET);
  }
}
