package qubes.testkit.catches;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.testkit.storage.PoolTransferContract;

class PoolTransferContractCatchesTest {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "RevertsWithoutSayingSo,    revertMatchesDeclaration",
        "RevertsToTheSame,          revertMatchesDeclaration",
        "RevertsUnderTheGuest,      revertMatchesDeclaration",
        "ResizesWithoutSayingSo,    resizeMatchesDeclaration",
        "LosesContentOnResize,      resizeMatchesDeclaration",
        "ResizesOnlyTheNumber,      resizeMatchesDeclaration",
        "ResizesNotWhileItRuns,     resizeMatchesDeclaration",
        "ResizesWhatIsReadOnly,     readOnlyIsNotResized",
        "ImportsOverTheOld,         importReplacesData",
        "ImportKeepsTheSize,        importReplacesData",
        "AbortCommits,              failedImportChangesNothing",
        "AbortDestroysTheOld,       failedImportChangesNothing",
        "ImportsUnderTheGuest,      usedVolumeRefusesImport",
        "SharesWhatItImported,      importsVolumes",
        "ImportsItsOwnOnly,         importsFromAnyDriver",
        "LeavesExportsOpen,         importsFromAnyDriver",
        "EmptiesBeforeItReads,      unreadableSourceChangesNothing",
        "ExportsAnEmptyDisk,        exportMatchesDeclaration",
        "ExportsWhatTheGuestWrites, exportMatchesDeclaration",
        "ExportTakesTheData,        exportMatchesDeclaration",
    })
    @DisplayName("a pool that moves data wrongly is caught by the claim about it")
    void catches(String wrong, String claim) throws Exception {
        Class<?> contract = Class.forName(WrongTransfers.class.getName() + "$" + wrong);
        assertEquals(Set.of(claim), Caught.by(contract, claim));
    }

    @Test
    @DisplayName("each claim catches something")
    void eachClaimCatches() {
        assertEquals(Caught.claimsOf(PoolTransferContract.class), Caught.triedBy(getClass()));
    }
}
