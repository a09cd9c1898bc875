package qubes.testkit.catches;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.testkit.storage.PoolContract;

class PoolContractCatchesTest {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "LeavesOldBytes,            newVolumeIsEmpty",
        "ListsNothing,              newVolumeIsEmpty",
        "DeclaresNothing,           newVolumeIsEmpty",
        "DropsWrites,               writesPersist",
        "KeepsStateInTheObject,     writesPersist",
        "DropsAfterACrash,          crashKeepsWrites",
        "CommitsAtEveryStop,        stopTwice",
        "CloneSharesBytes,          snapshotDropsWrites",
        "ReadsItsRunningSource,     snapshotIsStable",
        "NeverOutdated,             snapshotIsStable",
        "KeepsScratch,              volatileIsEmpty",
        "KeepsAllRevisions,         revisionsArePruned",
        "AlwaysKeepsARevision,      snapshotsCanBeTurnedOff",
        "RemovesNothing,            removes",
        "RemovesOnlyOnce,           removes",
        "RemovesWhatBeginsAlike,    removes",
        "StartsWhatIsMissing,       missingVolumeIsRefused",
        "VerifiesNothing,           missingVolumeIsRefused",
        "TellsPathsOfTheHost,       missingVolumeIsRefused",
        "AcceptsAnyVid,             foreignVidIsRefused",
        "TwoShareAFile,             namesDoNotOverlap",
        "UsesLessThanNothing,       usageFitsSize",
        "UsesMoreThanThereIs,       usageFitsSize",
        "VolumeUsesLessThanNothing, usageFitsSize",
    })
    @DisplayName("a pool whose volumes live wrongly is caught by the claim about it")
    void catches(String wrong, String claim) throws Exception {
        Class<?> contract = Class.forName(WrongPools.class.getName() + "$" + wrong);
        assertEquals(Set.of(claim), Caught.by(contract, claim));
    }

    @Test
    @DisplayName("one made alike that is not wrong is caught by nothing")
    void rightIsNotCaught() {
        assertEquals(Set.of(), Caught.by(WrongPools.Right.class));
    }

    @Test
    @DisplayName("each claim catches something")
    void eachClaimCatches() {
        assertEquals(Caught.claimsOf(PoolContract.class), Caught.triedBy(getClass()));
    }
}
