package dev.residua.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.residua.alerting.GroupSettings;
import dev.residua.alerting.Grouping;
import dev.residua.app.config.AlertingConfig;
import dev.residua.app.config.FramesConfig;
import dev.residua.app.config.IngestConfig;
import dev.residua.app.config.MonitorConfig;
import dev.residua.app.config.ResiduaConfig;
import dev.residua.app.config.ScoringConfig;
import dev.residua.app.config.SourcesConfig;
import dev.residua.app.kafka.BudgetSharing;
import dev.residua.app.kafka.SourceRulesTable;
import dev.residua.app.process.DiskSpace;
import dev.residua.app.teach.TeachServer;
import dev.residua.app.web.FrameRequests;
import dev.residua.app.web.LiveEvidence;
import dev.residua.app.web.LiveFrames;
import dev.residua.app.web.SignedRequests;
import dev.residua.causal.ScoreCheck;
import dev.residua.commissioning.CommissioningWindow;
import dev.residua.dashboard.AcknowledgementsResource;
import dev.residua.dashboard.FrameInbox;
import dev.residua.dashboard.LiveSocket;
import dev.residua.dashboard.SourceIndex;
import dev.residua.decoding.FrameDecoder;
import dev.residua.evidence.EvidenceModels;
import dev.residua.ffmpeg.CameraStreams;
import dev.residua.frame.NamePattern;
import dev.residua.frame.ValidTimeRange;
import dev.residua.incident.ActiveControls;
import dev.residua.model.RegistryRecord;
import dev.residua.registry.RegistryTable;
import dev.residua.scoring.FetchAhead;
import dev.residua.scoring.FramesInFlight;
import dev.residua.scoring.ReferencedFrames;
import dev.residua.source.SharedBudget;
import dev.residua.source.SourceContext;
import dev.residua.source.SourceGlob;
import dev.residua.source.SourceRule;
import dev.residua.source.SourceRules;
import dev.residua.streams.RegistryMonitorModels;
import dev.residua.topic.TopicTable;
import dev.residua.wire.AvroCodec;
import dev.residua.wire.IncidentEvidenceMapper;
import dev.residua.wire.LogLimit;
import dev.residua.wire.RegistryClient;
import dev.residua.wire.SchemaCost;
import dev.residua.wire.Topics;
import io.smallrye.config.WithDefault;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** The table of bounds, against the code. */
class LimitsDocumentTest {
  private static String setting(Class<?> group, String method) throws Exception {
    return group.getMethod(method).getAnnotation(WithDefault.class).value();
  }

  private static String day(Instant time) {
    return time.toString().substring(0, 10);
  }

  @Test
  void shouldListEveryBoundWithItsDefault() throws Exception {
    // Given
    Properties application = new Properties();
    try (InputStream in = LiveFrames.class.getResourceAsStream("/application.properties")) {
      application.load(in);
    }
    List<String> expected =
        List.of(
            day(Instant.EPOCH) + " to " + day(ValidTimeRange.END),
            ScoreCheck.MAX_SOURCE_CHARACTERS + " characters",
            ScoreCheck.MAX_RULE_CHARACTERS + " characters",
            ScoreCheck.MAX_CONTEXT_CHARACTERS + " characters",
            setting(FramesConfig.class, "maxBytes") + " bytes",
            "1 per byte", // BoundedDecoder
            SchemaCost.MAX_PARTS_PER_BYTE + " per byte",
            RegistryClient.MAX_ANSWER_BYTES + " bytes",
            setting(FramesConfig.class, "maxSide") + " pixels",
            setting(FramesConfig.class, "maxPixels") + " pixels",
            FrameDecoder.MOST_SCANS_OF_LARGEST + " scans",
            setting(FramesConfig.class, "referenceMaxBytes") + " bytes",
            setting(FramesConfig.class, "referenceTimeout"),
            setting(FramesConfig.class, "referenceShare"),
            FetchAhead.PERIOD.toString(),
            "up to " + FetchAhead.FREE,
            "%d files, or %d bytes".formatted(FetchAhead.MAX_FETCHES, FetchAhead.FETCHED_BYTES),
            ReferencedFrames.REST.toString(),
            setting(IngestConfig.class, "maxCameras") + " cameras",
            CameraStreams.maxGathered(Integer.parseInt(setting(FramesConfig.class, "maxBytes")))
                + " bytes",
            (CameraStreams.MAX_BLOCK_BYTES >> 20) + " MiB",
            setting(IngestConfig.class, "timeout"),
            FrameInbox.MAX_FRAMES + " frames",
            setting(IngestConfig.class, "inFlightBytes") + " bytes",
            FrameRequests.BODY_LIMIT.toString(),
            setting(IngestConfig.class, "storeTimeout"),
            setting(SourcesConfig.class, "max") + " sources",
            setting(SourcesConfig.class, "forgetAfter"),
            FramesInFlight.MOST_ENDS + " ends",
            FramesInFlight.MOST_SUSPECTS + " frames",
            setting(ScoringConfig.class, "maxFrames") + " frames",
            setting(ScoringConfig.class, "modelMemory") + " bytes",
            setting(MonitorConfig.class, "liveSources") + " sources",
            CommissioningWindow.MAX_BYTES + " bytes",
            SourceContext.MAX_LEARNED + " contexts",
            RegistryMonitorModels.KEPT + " models",
            "" + ScoreCheck.MAX_MAGNITUDE,
            AvroCodec.MAX_EVENT_BYTES + " bytes",
            AvroCodec.MAX_ITEMS + " items",
            ActiveControls.MOST + " commands",
            SourceRules.MAX_RULES + " rules",
            SourceRules.MAX_REVISIONS + " revisions",
            BudgetSharing.MAX_SOURCES + " sources",
            Integer.toString(SharedBudget.MAX_SHARED),
            SourceRule.MAX_LABELS + " labels",
            SourceGlob.MAX_CHARACTERS + " characters",
            Grouping.Group.MAX_CHILDREN + " incidents",
            setting(AlertingConfig.class, "groupWait") + ", at most " + GroupSettings.MAX_WAIT,
            NamePattern.MAX_CHARACTERS + " characters",
            NamePattern.MAX_COPIES + " copies",
            RegistryRecord.MAX_PARTS + " parts",
            RegistryTable.MAX_UNPUBLISHED + " models",
            TopicTable.OPEN_LIMIT.toString(),
            RegistryTable.NUMBERS_AHEAD + " above the offset of its record",
            SourceRulesTable.REVISIONS_AHEAD + " above the offset of its record",
            (DiskSpace.LEAST_BYTES >> 20) + " MiB",
            setting(ResiduaConfig.class, "stuckAfter"),
            "one per " + LogLimit.PERIOD,
            LiveFrames.WAITING + " requests",
            IncidentEvidenceMapper.MAX_BYTES + " bytes",
            Topics.EVIDENCE_BYTES + " bytes per partition",
            Topics.EVIDENCE_RETENTION.toDays() + " days",
            Topics.GROUPS_RETENTION.toDays() + " days",
            SourceIndex.MAX_SOURCES + " sources",
            "%d frames, or %d per source".formatted(SourceIndex.ALL_ROWS, SourceIndex.MIN_ROWS),
            LiveEvidence.MAX_INCIDENTS + " incidents",
            EvidenceModels.KEPT + " models",
            LiveSocket.MAX_PAGES + " pages",
            LiveSocket.MAX_PAGES_PER_ADDRESS + " pages",
            LiveSocket.MAX_MESSAGES + " per second",
            application.getProperty("quarkus.http.limits.max-body-size"),
            AcknowledgementsResource.MAX_BYTES + " bytes",
            SignedRequests.MAX_OPEN + " requests",
            SignedRequests.LIMIT.toString(),
            application.getProperty("quarkus.http.idle-timeout"),
            TeachServer.THREADS + " requests",
            TeachServer.REQUEST_SECONDS + " seconds",
            TeachServer.RESPONSE_SECONDS + " seconds");

    // When
    List<String> documented = new ArrayList<>();
    String page = Files.readString(Path.of("src/docs/limits.md"));
    page.substring(page.indexOf("## Bounds"))
        .lines()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| bound"))
        .forEach(line -> documented.add(line.split("\\|", -1)[2].strip()));

    // Then
    assertThat(documented).containsExactlyElementsOf(expected);
  }
}
