using FsCheck;
using FsCheck.Fluent;
using Serverless.Inference.Kernels.Cuda;

namespace Serverless.Inference.Tests.Cuda;

public sealed class ArenaMapTests
{
    private const int Unit = ArenaMap.Alignment;

    [Fact]
    public void Pieces_lie_on_boundaries_and_one_behind_the_other()
    {
        var map = new ArenaMap(10 * Unit);
        map.Allocate(1).ShouldBe(0);
        map.Allocate(Unit + 1).ShouldBe(Unit);
        map.Allocate(0).ShouldBe(3 * Unit);
        map.Used.ShouldBe(4 * Unit);
        map.Largest.ShouldBe(6 * Unit);
    }

    [Fact]
    public void The_first_gap_that_is_long_enough_is_taken()
    {
        var map = new ArenaMap(10 * Unit);
        long[] pieces = [map.Allocate(2 * Unit), map.Allocate(Unit), map.Allocate(3 * Unit), map.Allocate(Unit)];
        map.Free(pieces[0]);
        map.Free(pieces[2]);
        map.Allocate(3 * Unit).ShouldBe(pieces[2]);
        map.Allocate(Unit).ShouldBe(pieces[0]);
    }

    [Fact]
    public void What_does_not_fit_is_refused_with_what_is_there_and_what_to_set()
    {
        var map = new ArenaMap(100_000_000);
        long first = map.Allocate(60_000_000);
        map.Allocate(20_000_000);
        map.Free(first);
        var error = Should.Throw<InferenceException>(() => map.Allocate(70_000_000));
        error.Code.ShouldBe(InferenceErrorCodes.OutOfMemory);
        error.Message.ShouldBe(
            "The GPU has no room for 70.0 MB: of the engine's 100.0 MB, 80.0 MB are free, the largest piece 60.0 MB. "
            + "Set gpu_memory_utilization higher, or kv_cache_bytes, max_num_seqs or max_model_len lower.");
        map.Used.ShouldBe((20_000_000 + Unit - 1) / Unit * Unit);
    }

    [Fact]
    public void Nothing_is_taken_back_twice()
    {
        var map = new ArenaMap(10 * Unit);
        long piece = map.Allocate(Unit);
        map.Free(piece);
        Should.Throw<ArgumentException>(() => map.Free(piece));
        Should.Throw<ArgumentException>(() => map.Free(5));
    }

    [Fact]
    public void Pieces_never_overlap_and_all_room_comes_back_in_any_order() =>
        Prop.ForAll(Gen.Choose(-4, 6).ListOf(60).ToArbitrary(), steps =>
        {
            var map = new ArenaMap(64 * Unit);
            var random = new Random(steps.Count > 0 ? steps[0] : 0);
            var held = new List<(long Offset, long Length)>();
            foreach (int step in steps)
            {
                if (step > 0 && map.Largest >= step * Unit)
                {
                    held.Add((map.Allocate(step * Unit), step * Unit));
                }
                else if (step <= 0 && held.Count > 0)
                {
                    int index = random.Next(held.Count);
                    map.Free(held[index].Offset);
                    held.RemoveAt(index);
                }

                var sorted = held.OrderBy(piece => piece.Offset).ToArray();
                sorted.Zip(sorted.Skip(1)).ShouldAllBe(pair => pair.First.Offset + pair.First.Length <= pair.Second.Offset);
                map.Used.ShouldBe(held.Sum(piece => piece.Length));
            }

            foreach (var (offset, _) in held.OrderBy(_ => random.Next())) map.Free(offset);
            map.Largest.ShouldBe(map.Capacity);
        }).QuickCheckThrowOnFailure();
}
