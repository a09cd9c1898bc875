package qubes.storage.lvm;

import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import qubes.core.storage.Pool;
import qubes.testkit.storage.PoolContract;

/** The second pool of a test is in another volume group: names are unique in a group. */
@DisplayName("lvm_thin on LVM and the kernel's thin pools")
@Execution(ExecutionMode.CONCURRENT)
class LvmOnThinPoolIT implements PoolContract {
    private static final int TESTS_AT_A_TIME = 2;
    private static final BlockingQueue<List<ScratchGroup>> FREE = new LinkedBlockingQueue<>();

    private List<ScratchGroup> groups;
    private int pools;

    @BeforeAll
    static void makeGroups() throws Exception {
        for (int i = 0; i < TESTS_AT_A_TIME; i++) {
            FREE.add(List.of(ScratchGroup.make(), ScratchGroup.make()));
        }
    }

    @AfterAll
    static void removeGroups() throws Exception {
        for (List<ScratchGroup> both : FREE) {
            for (ScratchGroup group : both) {
                group.close();
            }
        }
        FREE.clear();
    }

    @BeforeEach
    void takeGroups() throws Exception {
        groups = FREE.take();
    }

    @Override
    public Pool emptyPool() {
        return groups.get(pools++).emptyPool();
    }

    @AfterEach
    void removePools() {
        try {
            groups.subList(0, pools).forEach(ScratchGroup::removePools);
        } finally {
            FREE.add(groups);
        }
    }
}
