package io.replicator.testing.system;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.net.URLDecoder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** States the dependency rules of docs/architecture.md that Maven alone cannot refuse. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ArchitectureTest {
  private static final String[] MIDDLE_STEPS = {
    "io.replicator.hub.index..",
    "io.replicator.hub.qos..",
    "io.replicator.hub.delivery..",
    "io.replicator.hub.web..",
    "io.replicator.link.codec..",
    "io.replicator.link.reconcile..",
    "io.replicator.client.receiver..",
  };

  private static final String[] ADAPTERS = {
    "io.replicator.hub.source.redis..",
    "io.replicator.client.sink.redis..",
    "io.replicator.client.sink.cassandra..",
    "io.replicator.link.transport.netty..",
  };

  private JavaClasses product = new ClassFileImporter().importClasses();

  @BeforeAll
  void importProduct() {
    product =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.replicator");
  }

  @Test
  void apiSeesNobody() {
    noClasses()
        .that()
        .resideInAPackage("io.replicator.api..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.replicator.hub..",
            "io.replicator.link..",
            "io.replicator.client..",
            "io.replicator.redis..",
            "io.replicator.command..")
        .check(product);
  }

  @Test
  void hubAndClientNeverSeeEachOther() {
    noClasses()
        .that()
        .resideInAPackage("io.replicator.hub..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.replicator.client..")
        .check(product);
    noClasses()
        .that()
        .resideInAPackage("io.replicator.client..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.replicator.hub..")
        .check(product);
  }

  @Test
  void linkSeesNeitherEnd() {
    noClasses()
        .that()
        .resideInAPackage("io.replicator.link..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.replicator.hub..", "io.replicator.client..", "io.replicator.redis..")
        .check(product);
  }

  @Test
  void adaptersAreSeenOnlyByThoseWhoWire() {
    classes()
        .that()
        .resideInAnyPackage(ADAPTERS)
        .should()
        .onlyHaveDependentClassesThat()
        .resideInAnyPackage(
            "io.replicator.hub.source.redis..",
            "io.replicator.client.sink.redis..",
            "io.replicator.client.sink.cassandra..",
            "io.replicator.link.transport.netty..",
            "io.replicator.hub.server..",
            "io.replicator.client.replica..",
            "io.replicator.command..",
            "io.replicator.testing..")
        .check(product);
  }

  @Test
  void adaptersNeverSeeEachOther() {
    for (String one : ADAPTERS) {
      for (String other : ADAPTERS) {
        if (!one.equals(other)) {
          noClasses()
              .that()
              .resideInAPackage(one)
              .should()
              .dependOnClassesThat()
              .resideInAPackage(other)
              .check(product);
        }
      }
    }
  }

  @Test
  void middleStepsHaveNoSocketNoThreadAndNoClock() {
    noClasses()
        .that()
        .resideInAnyPackage(MIDDLE_STEPS)
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("java.net..", "java.nio.channels..", "io.netty..", "io.lettuce..")
                // Text in, text out: its package is all that it shares with sockets.
                .and(not(equivalentTo(URLDecoder.class))))
        .check(product);
    noClasses()
        .that()
        .resideInAnyPackage(MIDDLE_STEPS)
        .should()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callConstructor(Thread.class, Runnable.class)
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.util.concurrent.Executors")
        .check(product);
  }

  @Test
  void onlyTheRedisSideKnowsTheRedisLibrary() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.replicator.redis..",
            "io.replicator.hub.source.redis..",
            "io.replicator.client.sink.redis..",
            "io.replicator.command..",
            "io.replicator.testing..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.lettuce..")
        .check(product);
  }

  @Test
  void onlyTheCassandraSinkKnowsTheCassandraDriver() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.replicator.client.sink.cassandra..", "io.replicator.testing..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.datastax..", "com.fasterxml.jackson..")
        .check(product);
  }

  @Test
  void everyModuleIsOnePackageWithoutCycles() {
    slices().matching("io.replicator.(**)").should().beFreeOfCycles().check(product);
  }
}
