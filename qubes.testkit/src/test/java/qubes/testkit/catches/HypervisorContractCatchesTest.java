package qubes.testkit.catches;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qubes.testkit.hypervisor.HypervisorContract;

class HypervisorContractCatchesTest {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "WrongHypervisors$HasNoMemory,              knowsItsHost",
        "WrongHypervisors$KindInCapitals,           knowsItsHost",
        "WrongHypervisors$UnknownGuestsRun,         unknownGuestIsHalted",
        "WrongHypervisors$MissesWhoIsNotThere,      unknownGuestIsHalted",
        "WrongHypervisors$PausesWhoIsNotThere,      refusesWhatNeedsAGuest",
        "WrongHypervisors$RefusesWithAnotherError,  refusesWhatNeedsAGuest",
        "WrongHypervisors$CreatesRunning,           createdGuestIsPaused",
        "WrongHypervisors$TellsOfAPauseAtCreate,    createdGuestIsPaused",
        "WrongHypervisors$ResumesNothing,           pausesAndResumes",
        "WrongHypervisors$TellsOfAPauseTwice,       pausesAndResumes",
        "WrongHypervisors$KeepsItsNumber,           destroyEndsTheGuest",
        "WrongListening$TellsNobodyOfAnEnd,         destroyEndsTheGuest",
        "WrongListening$TellsWhoLeft,               listenersAreIndependent",
        "WrongListening$StopsAtWhoFails,            listenersAreIndependent",
        "WrongListening$FallsSilentAfterAFailure,   listenersAreIndependent",
        "WrongListening$ForgetsAGuestWhenOneFails,  listenersAreIndependent",
        "WrongHypervisors$StartsTwice,              runningGuestIsNotStarted",
        "WrongHypervisors$EndsWhoIsStartedTwice,    runningGuestIsNotStarted",
        "WrongHypervisors$KeepsTheFirstName,        startsAgain",
        "WrongHypervisors$ForgetsNothing,           undefineForgets",
        "WrongHypervisors$ListsTheForgotten,        undefineForgets",
        "WrongHypervisors$ShutsDownWithoutSayingSo, shutdownMatchesDeclaration",
        "WrongHypervisors$NeverShutsDown,           shutdownMatchesDeclaration",
        "WrongHypervisors$PretendsToSuspend,        suspendMatchesDeclaration",
        "WrongHypervisors$HasAConsoleUnasked,       consoleMatchesDeclaration",
        "WrongHypervisors$DescribesAnother,         consoleMatchesDeclaration",
        "WrongHypervisors$AttachesNonsense,         attachMatchesDeclaration",
        "WrongHypervisors$RemembersStats,           statsFollowTheGuest",
        "WrongHypervisors$OneNumberForAll,          createsSideBySide",
        "WrongHypervisors$WaitsToRead,              createsSideBySide",
    })
    @DisplayName("a hypervisor that is wrong is caught by the claim about it")
    void catches(String wrong, String claim) throws Exception {
        Class<?> contract = Class.forName(getClass().getPackageName() + "." + wrong);
        assertEquals(Set.of(claim), Caught.by(contract, claim));
    }

    @Test
    @DisplayName("one made alike that is not wrong is caught by nothing")
    void rightIsNotCaught() {
        assertEquals(Set.of(), Caught.by(WrongHypervisors.Right.class));
    }

    @Test
    @DisplayName("each claim catches something")
    void eachClaimCatches() {
        assertEquals(Caught.claimsOf(HypervisorContract.class), Caught.triedBy(getClass()));
    }
}
