package qubes.storage.lvm;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import qubes.core.storage.Pool;
import qubes.testkit.storage.PoolContract;

/** The second pool of a test is in another volume group: names are unique in a group. */
@DisplayName("lvm_thin on LVM and the kernel's thin pools")
class LvmOnThinPoolIT implements PoolContract {
    private static final List<ScratchGroup> GROUPS = new ArrayList<>();

    private int pools;

    @BeforeAll
    static void makeGroups() throws Exception {
        GROUPS.add(ScratchGroup.make());
        GROUPS.add(ScratchGroup.make());
    }

    @AfterAll
    static void removeGroups() throws Exception {
        for (ScratchGroup group : GROUPS) {
            group.close();
        }
        GROUPS.clear();
    }

    @Override
    public Pool emptyPool() {
        return GROUPS.get(pools++).emptyPool();
    }

    @AfterEach
    void removePools() {
        GROUPS.subList(0, pools).forEach(ScratchGroup::removePools);
    }
}
