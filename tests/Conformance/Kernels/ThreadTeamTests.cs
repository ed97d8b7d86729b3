using Serverless.Inference.Kernels.Cpu;

namespace Serverless.Conformance.Tests.Kernels;

public sealed unsafe class ThreadTeamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Every_chunk_runs_exactly_once_in_every_loop(int threads)
    {
        using var team = new ThreadTeam(threads);
        var random = new Random(threads);
        int* counts = stackalloc int[300];
        for (int loop = 0; loop < 3000; loop++)
        {
            int chunks = random.Next(0, 300);
            new Span<int>(counts, 300).Clear();
            var work = new Count { Counts = counts };
            team.Run(chunks, ref work);
            new ReadOnlySpan<int>(counts, chunks).IndexOfAnyExcept(1).ShouldBe(-1, $"loop {loop}");
            new ReadOnlySpan<int>(counts + chunks, 300 - chunks).IndexOfAnyExcept(0).ShouldBe(-1, $"loop {loop}");
        }
    }

    [Fact]
    public void An_error_in_a_chunk_reaches_the_caller_and_the_team_goes_on()
    {
        using var team = new ThreadTeam(3);
        int* counts = stackalloc int[10];
        for (int loop = 0; loop < 100; loop++)
        {
            Should.Throw<InvalidOperationException>(() =>
            {
                var failing = new Fail { At = 5 };
                team.Run(10, ref failing);
            }).Message.ShouldBe("chunk 5");
        }

        new Span<int>(counts, 10).Clear();
        var work = new Count { Counts = counts };
        team.Run(10, ref work);
        new ReadOnlySpan<int>(counts, 10).IndexOfAnyExcept(1).ShouldBe(-1);
    }

    [Fact]
    public void A_team_without_work_sleeps_and_wakes_for_the_next_loop()
    {
        using var team = new ThreadTeam(4);
        int* counts = stackalloc int[64];
        for (int loop = 0; loop < 20; loop++)
        {
            SpinWait.SpinUntil(() => team.Sleeping == 3, Patience).ShouldBeTrue("the three threads did not go to sleep");
            new Span<int>(counts, 64).Clear();
            var work = new Count { Counts = counts };
            team.Run(64, ref work);
            new ReadOnlySpan<int>(counts, 64).IndexOfAnyExcept(1).ShouldBe(-1);
        }
    }

    [Fact]
    public void A_second_caller_is_refused_while_a_loop_runs()
    {
        using var team = new ThreadTeam(2);
        using var inside = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        Hold.Inside = inside;
        Hold.Leave = leave;
        var first = new Thread(() =>
        {
            var work = default(Hold);
            team.Run(2, ref work);
        });
        first.Start();
        inside.Wait(Patience).ShouldBeTrue("the first loop did not start");
        Should.Throw<InvalidOperationException>(() =>
        {
            var work = default(Hold);
            team.Run(2, ref work);
        }).Message.ShouldContain("at once");
        leave.Set();
        first.Join(Patience).ShouldBeTrue("the first loop did not end");
    }

    private struct Count : IChunkedWork
    {
        public int* Counts;

        public readonly void Run(int chunk) => Interlocked.Increment(ref Counts[chunk]);
    }

    private struct Fail : IChunkedWork
    {
        public int At;

        public readonly void Run(int chunk)
        {
            if (chunk == At)
            {
                throw new InvalidOperationException($"chunk {chunk}");
            }
        }
    }

    private struct Hold : IChunkedWork
    {
        public static ManualResetEventSlim? Inside;
        public static ManualResetEventSlim? Leave;

        public readonly void Run(int chunk)
        {
            Inside!.Set();
            Leave!.Wait(Patience).ShouldBeTrue();
        }
    }
}
