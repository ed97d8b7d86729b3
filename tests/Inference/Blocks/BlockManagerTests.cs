using FsCheck;
using FsCheck.Fluent;
using Serverless.Inference.Blocks;
using Serverless.Inference.Kernels;

namespace Serverless.Inference.Tests.Blocks;

public sealed class BlockManagerTests
{
    private const int BlockSize = 4;

    [Fact]
    public void A_second_prompt_shares_the_full_blocks_of_its_common_beginning()
    {
        var blocks = new BlockManager(20, BlockSize, prefixCaching: true);
        int[] first = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        int[] second = [1, 2, 3, 4, 5, 6, 7, 8, 90, 100];
        var a = Admit(blocks, first);
        var b = Table();
        blocks.TryAdmit(b, second, 0, out int found).ShouldBeTrue();

        found.ShouldBe(8);
        b.Ids[..2].ToArray().ShouldBe(a.Ids[..2].ToArray());
        b[2].ShouldNotBe(a[2]);
        blocks.References(a[0]).ShouldBe(2);
    }

    [Fact]
    public void The_last_token_is_always_left_to_compute()
    {
        var blocks = new BlockManager(20, BlockSize, prefixCaching: true);
        int[] prompt = [1, 2, 3, 4, 5, 6, 7, 8];
        Admit(blocks, prompt);
        blocks.TryAdmit(Table(), prompt, 0, out int found).ShouldBeTrue();
        found.ShouldBe(4);
    }

    [Fact]
    public void Blocks_are_found_after_their_last_holder_left_until_their_memory_is_needed()
    {
        var blocks = new BlockManager(3, BlockSize, prefixCaching: true);
        int[] prompt = [1, 2, 3, 4, 5, 6, 7, 8, 9];
        blocks.Release(Admit(blocks, prompt));
        blocks.Free.ShouldBe(3);

        var again = Table();
        blocks.TryAdmit(again, prompt, 0, out int found).ShouldBeTrue();
        found.ShouldBe(8);
        blocks.Release(again);

        // Two blocks are taken: the one without contents, then the end of the chain; its beginning lives on.
        blocks.Release(Admit(blocks, [11, 12, 13, 14, 15]));
        blocks.TryAdmit(Table(), prompt, 0, out found).ShouldBeTrue();
        found.ShouldBe(4);
    }

    [Fact]
    public void Tenants_never_share_blocks()
    {
        var blocks = new BlockManager(20, BlockSize, prefixCaching: true);
        int[] prompt = [1, 2, 3, 4, 5];
        Admit(blocks, prompt, "alice");
        blocks.TryAdmit(Table("bob"), prompt, 0, out int found).ShouldBeTrue();
        found.ShouldBe(0);
        blocks.TryAdmit(Table("alice"), prompt, 0, out found).ShouldBeTrue();
        found.ShouldBe(4);
    }

    [Fact]
    public void Without_prefix_caching_nothing_is_shared()
    {
        var blocks = new BlockManager(20, BlockSize, prefixCaching: false);
        Admit(blocks, [1, 2, 3, 4, 5]);
        blocks.TryAdmit(Table(), [1, 2, 3, 4, 5], 0, out int found).ShouldBeTrue();
        found.ShouldBe(0);
    }

    [Fact]
    public void A_fork_copies_the_shared_last_block_when_it_writes()
    {
        var blocks = new BlockManager(20, BlockSize, prefixCaching: true);
        var first = Admit(blocks, [1, 2, 3, 4, 5, 6]);
        var fork = new BlockTable(first.Hashes.Fork());
        blocks.Share(first, fork);
        List<BlockCopy> copies = [];

        blocks.TryMakeWritable(fork, 6, copies).ShouldBeTrue();
        copies.ShouldBe([new BlockCopy(first[1], fork[1])]);
        fork[1].ShouldNotBe(first[1]);
        fork[0].ShouldBe(first[0]);

        blocks.TryMakeWritable(first, 6, copies).ShouldBeTrue();
        copies.Count.ShouldBe(1, "the last holder writes in place");
    }

    [Fact]
    public void Admission_leaves_the_reserve_or_changes_nothing()
    {
        var blocks = new BlockManager(4, BlockSize, prefixCaching: true);
        var table = Table();
        blocks.TryAdmit(table, [1, 2, 3, 4, 5], reserve: 3, out _).ShouldBeFalse();
        table.Count.ShouldBe(0);
        blocks.Free.ShouldBe(4);
        blocks.TryAdmit(table, [1, 2, 3, 4, 5], reserve: 2, out _).ShouldBeTrue();
        blocks.Free.ShouldBe(2);
    }

    [Fact]
    public void Random_use_neither_leaks_nor_shares_by_mistake() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => RandomUse(seed)).QuickCheckThrowOnFailure();

    /// <summary>
    /// Admits, grows, forks and releases at random, and keeps a model of what each block's memory would hold: what is found by
    /// hash must hold the right tokens, and nobody may write what others read.
    /// </summary>
    private static void RandomUse(int seed)
    {
        const int total = 24;
        var random = new Random(seed);
        var blocks = new BlockManager(total, BlockSize, prefixCaching: true);
        var live = new List<(BlockTable Table, List<int> Tokens)>();
        var memory = new int[total, BlockSize];
        for (int step = 0; step < 120; step++)
        {
            int action = random.Next(10);
            if (action < 3)
            {
                List<int> tokens = [.. Enumerable.Range(0, random.Next(1, 14)).Select(i => i < 8 ? i % 2 : random.Next(3))];
                var table = Table();
                if (!blocks.TryAdmit(table, tokens.ToArray(), random.Next(3), out int found)) continue;
                Check(memory, table, tokens, found);
                for (int i = found; i < tokens.Count; i++) Write(blocks, memory, table, i, tokens[i]);
                blocks.Publish(table, tokens.ToArray(), tokens.Count);
                live.Add((table, tokens));
            }
            else if (action < 7 && live.Count > 0)
            {
                var (table, tokens) = live[random.Next(live.Count)];
                List<BlockCopy> copies = [];
                if (!blocks.TryMakeWritable(table, tokens.Count, copies)) continue;
                foreach (var copy in copies)
                {
                    for (int i = 0; i < BlockSize; i++) memory[copy.Destination, i] = memory[copy.Source, i];
                }

                tokens.Add(random.Next(3));
                Write(blocks, memory, table, tokens.Count - 1, tokens[^1]);
                blocks.Publish(table, tokens.ToArray(), tokens.Count);
            }
            else if (action < 8 && live.Count > 0)
            {
                var (table, tokens) = live[random.Next(live.Count)];
                var fork = new BlockTable(table.Hashes.Fork());
                blocks.Share(table, fork);
                live.Add((fork, [.. tokens]));
            }
            else if (live.Count > 0)
            {
                int index = random.Next(live.Count);
                blocks.Release(live[index].Table);
                live.RemoveAt(index);
            }

            foreach (var (table, tokens) in live) Check(memory, table, tokens, tokens.Count);
            for (int block = 0; block < total; block++)
                blocks.References(block).ShouldBe(live.Sum(s => s.Table.Ids.ToArray().Count(id => id == block)));
            blocks.Free.ShouldBe(total - live.SelectMany(s => s.Table.Ids.ToArray()).Distinct().Count());
        }

        foreach (var (table, _) in live) blocks.Release(table);
        blocks.Free.ShouldBe(total);
    }

    private static void Write(BlockManager blocks, int[,] memory, BlockTable table, int position, int token)
    {
        int block = table[position / BlockSize];
        blocks.References(block).ShouldBe(1, "only what is held once is written");
        memory[block, position % BlockSize] = token;
    }

    private static void Check(int[,] memory, BlockTable table, List<int> tokens, int count)
    {
        for (int i = 0; i < count; i++) memory[table[i / BlockSize], i % BlockSize].ShouldBe(tokens[i]);
    }

    private static BlockTable Admit(BlockManager blocks, int[] tokens, string tenant = "")
    {
        var table = Table(tenant);
        blocks.TryAdmit(table, tokens, 0, out _).ShouldBeTrue();
        blocks.Publish(table, tokens, tokens.Length);
        return table;
    }

    private static BlockTable Table(string tenant = "") => new(new HashChain(BlockHash.Root(tenant)));
}
