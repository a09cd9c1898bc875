package qubes.testkit.catches;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.testkit.device.DeviceClassContract;

class DeviceClassContractCatchesIT {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "ListsTwice,               offersWhatIsPlugged",
        "ListsTheFirstOnly,        offersWhatIsPlugged",
        "OffersForEverybody,       offersWhatIsPlugged",
        "OffersOtherClasses,       offersWhatIsPlugged",
        "ThrowsWithoutDevices,     offersWhatIsPlugged",
        "FindsSomethingElse,       offersWhatIsPlugged",
        "HidesWhoHasIt,            attaches",
        "TellsNoAttachments,       attaches",
        "ForgetsTheIdentity,       attaches",
        "TakesItFromWhoHasIt,      attachesOnce",
        "RefusesWithAnotherError,  attachesOnce",
        "TakesAnyOption,           refusesUnknownOptions",
        "AttachesBeforeItRefuses,  refusesUnknownOptions",
        "KeepsWhatIsDetached,      detaches",
        "DetachesOnlyOnce,         detaches",
        "DetachesFromWhoeverHasIt, detaches",
        "KeepsWhatTheDeadHad,      endOfAGuestFreesDevices",
        "GivesItToTheNextGuest,    endOfAGuestFreesDevices",
        "ThrowsForWhoDoesNotRun,   haltedDomainOffersNothing",
    })
    @DisplayName("a class of devices that is wrong is caught by the claim about it")
    void catches(String wrong, String claim) throws Exception {
        Class<?> contract = Class.forName(WrongDevices.class.getName() + "$" + wrong);
        assertEquals(Set.of(claim), Caught.by(contract, claim));
    }

    @Test
    @DisplayName("one made alike that is not wrong is caught by nothing")
    void rightIsNotCaught() {
        assertEquals(Set.of(), Caught.by(WrongDevices.Right.class));
    }

    @Test
    @DisplayName("each claim catches something")
    void eachClaimCatches() {
        assertEquals(Caught.claimsOf(DeviceClassContract.class), Caught.triedBy(getClass()));
    }
}
