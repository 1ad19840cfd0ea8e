package dev.residua.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.residua.model.BadBundleException;
import dev.residua.model.ModelBundle;
import dev.residua.model.SigningKey;
import dev.residua.testing.Bundles;
import dev.residua.testing.FakeMlflow;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a fake server, written from the documentation of MLflow's REST API. */
@Tag("slow")
class MlflowModelTest {
  private FakeMlflow server;

  @BeforeEach
  void start() throws IOException {
    server = new FakeMlflow();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private MlflowModel model() {
    return model(Map.of());
  }

  private MlflowModel model(Map<String, String> environment) {
    return MlflowModel.of("mlflow:" + server.url() + "/pump%20station", environment);
  }

  @Test
  void shouldPullByVersionAndByAliasWhatWasPushed() throws Exception {
    // Given
    ModelBundle one = Bundles.filled("one", 50_000).signed(SigningKey.generate(new SecureRandom()));
    ModelBundle two = Bundles.filled("two", 100);

    // When
    String first = model().push(one, List.of("champion", "lens_2"));
    String second = model().push(two, List.of("champion"));

    // Then
    assertThat(List.of(first, second)).containsExactly("1", "2");
    assertThat(server.versions("pump station")).hasSize(2);
    assertThat(model().pull("champion").toBytes()).isEqualTo(two.toBytes());
    assertThat(model().pull("1").toBytes()).isEqualTo(one.toBytes());
    ModelBundle byAlias = model().pull("lens_2");
    assertThat(byAlias.digest()).isEqualTo(one.digest());
    assertThat(byAlias.signature()).isPresent().isEqualTo(one.signature());
  }

  @Test
  void shouldRefuseBytesThatAreNotThoseThatWerePushed() throws Exception {
    // Given
    model().push(Bundles.filled("one", 100), List.of("champion"));
    server.artifacts.replaceAll((path, bytes) -> Bundles.filled("two", 100).toBytes());

    // When, Then
    assertThatThrownBy(() -> model().pull("champion"))
        .isInstanceOf(BadBundleException.class)
        .hasMessageContaining("version 1 of 'pump station' in MLflow is damaged")
        .hasMessageContaining("push the bundle again");
  }

  @Test
  void shouldRefuseAVersionWhoseDigestIsNotThatOfItsBundle() throws Exception {
    // Given
    model().push(Bundles.filled("one", 100), List.of());
    ObjectNode version = server.versions("pump station").get(0);
    version
        .path("tags")
        .forEach(
            tag -> {
              if (tag.path("key").asText().equals(MlflowModel.DIGEST)) {
                ((ObjectNode) tag).put("value", "00");
              }
            });

    // When, Then
    assertThatThrownBy(() -> model().pull("1"))
        .isInstanceOf(BadBundleException.class)
        .hasMessageContaining("is another model");
  }

  @Test
  void shouldSayThatThereIsNoSuchModelVersionOrAlias() throws Exception {
    assertThatThrownBy(() -> model().pull("champion"))
        .isInstanceOf(BadBundleException.class)
        .hasMessageContaining("has no alias 'champion' of a model 'pump station'");
    model().push(Bundles.empty("one"), List.of());
    assertThatThrownBy(() -> model().pull("champion"))
        .hasMessageContaining("has no alias 'champion'");
    assertThatThrownBy(() -> model().pull("2")).hasMessageContaining("has no version '2'");
  }

  @Test
  void shouldSayThatAVersionIsNotABundle() throws Exception {
    // Given
    model().push(Bundles.empty("one"), List.of());
    server.versions("pump station").get(0).putArray("tags");

    // When, Then
    assertThatThrownBy(() -> model().pull("1"))
        .isInstanceOf(BadBundleException.class)
        .hasMessageContaining("is not a bundle");
  }

  @Test
  void shouldReadOnlyArtifactsBehindTheProxy() throws Exception {
    // Given
    model().push(Bundles.empty("one"), List.of());
    server.versions("pump station").get(0).put("source", "s3://bucket/one");

    // When, Then
    assertThatThrownBy(() -> model().pull("1"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("s3://bucket/one", "--serve-artifacts");
  }

  @Test
  void shouldSayWhyTheServerRefuses() {
    // Given
    server.serveArtifacts = false;

    // When, Then
    assertThatThrownBy(() -> model().push(Bundles.empty("one"), List.of()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("refuses the upload: status 503")
        .hasMessageContaining("--no-serve-artifacts");
  }

  @Test
  void shouldSayThatNobodyAnswers() {
    // Given
    MlflowModel model = model();
    server.close();

    // When, Then
    assertThatThrownBy(() -> model.pull("1"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot be reached")
        .hasMessageContaining("check the address");
  }

  @Test
  void shouldLogInAsTheClientsOfMlflowDo() throws Exception {
    // Given
    server.needed = "Basic a2ltOnNlY3JldA==";

    // When, Then
    model(
            Map.of(
                "MLFLOW_TRACKING_USERNAME", "kim",
                "MLFLOW_TRACKING_PASSWORD", "secret",
                "MLFLOW_TRACKING_TOKEN", "unused"))
        .push(Bundles.empty("one"), List.of("champion"));
    assertThat(server.authorizations()).containsOnly("Basic a2ltOnNlY3JldA==");
    server.needed = "Bearer of-kim";
    model(Map.of("MLFLOW_TRACKING_TOKEN", "of-kim")).pull("champion");
    assertThatThrownBy(() -> model().pull("champion"))
        .hasMessageContaining("status 401; set MLFLOW_TRACKING_USERNAME");
    assertThatThrownBy(() -> model(Map.of("MLFLOW_TRACKING_TOKEN", "of-lee")).pull("champion"))
        .hasMessageContaining("lacks the permission")
        .message()
        .doesNotContain("of-lee");
  }

  @ParameterizedTest
  @ValueSource(strings = {"latest", "v1", "V12", "a b", "", "17"})
  void shouldRefuseAliasesThatMlflowDoesNotAllow(String alias) {
    assertThatThrownBy(() -> model().push(Bundles.empty("one"), List.of(alias)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(server.artifacts).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost:5000/one",
        "mlflow:ftp://localhost/one",
        "mlflow:http://localhost:5000/",
        "mlflow:http://localhost:5000",
        "mlflow:http://localhost:5000/one?x=1",
        "mlflow:http://a b/one"
      })
  void shouldRefuseOtherAddresses(String address) {
    assertThatThrownBy(() -> MlflowModel.of(address, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the address of the model in MLflow");
  }

  @Test
  void shouldRefuseALoginInTheAddressWithoutShowingIt() {
    assertThatThrownBy(() -> MlflowModel.of("mlflow:http://kim:secret@localhost/one", Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("MLFLOW_TRACKING_USERNAME")
        .message()
        .doesNotContain("secret");
  }
}
