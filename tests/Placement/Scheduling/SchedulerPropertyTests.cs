using FsCheck;
using FsCheck.Fluent;
using Serverless.Contracts.Specs;
using Serverless.Placement.Cluster;
using Serverless.Placement.Scheduling;

namespace Serverless.Placement.Tests.Scheduling;

/// <summary>The scheduler against an oracle that tries everything, on cases that are small enough for that.</summary>
public sealed class SchedulerPropertyTests
{
    private static readonly double[] Amounts = [0, 0.3, 0.5, 0.7, 1, 2];

    [Fact]
    public void What_is_placed_fits_keeps_its_strategy_and_is_as_good_as_can_be_and_what_waits_has_no_room() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed => Check(new Case(new Random(seed)))).QuickCheckThrowOnFailure();

    [Fact]
    public void What_an_empty_cluster_holds_is_never_infeasible() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var drawn = new Case(new Random(seed));
            NodeView[] empty = [.. drawn.Nodes.Select(node => node with { Used = new Dictionary<string, double>(), AcceleratorUse = [] })];
            if (PlacementScheduler.Place(empty, drawn.Request) is Verdict.Placed)
            {
                var verdict = PlacementScheduler.Place(drawn.Nodes, drawn.Request, [new NodePool { Name = "none" }]);
                verdict.ShouldNotBeOfType<Verdict.Infeasible>(drawn.ToString());
            }
        }).QuickCheckThrowOnFailure();

    private static void Check(Case drawn)
    {
        var best = Oracle.NodeCounts(drawn);
        var verdict = PlacementScheduler.Place(drawn.Nodes, drawn.Request);
        var counts = drawn.Request.Strategy switch
        {
            PlacementStrategy.StrictPack => [.. best.Where(count => count == 1)],
            PlacementStrategy.StrictSpread => [.. best.Where(count => count == drawn.Request.Bundles.Count)],
            _ => best,
        };
        if (counts.Count == 0)
        {
            verdict.ShouldBeOfType<Verdict.Waiting>(drawn.ToString()).Reason.ShouldNotBeNullOrWhiteSpace();
            return;
        }

        var placed = verdict.ShouldBeOfType<Verdict.Placed>(drawn.ToString()).Bundles;
        placed.Select(bundle => bundle.Bundle).ShouldBe(Enumerable.Range(0, drawn.Request.Bundles.Count), drawn.ToString());
        NothingIsOversubscribed(drawn, placed);
        var nodes = placed.Select(bundle => bundle.NodeId).Distinct().Count();
        nodes.ShouldBe(drawn.Request.Strategy is PlacementStrategy.Pack or PlacementStrategy.StrictPack ? counts.Min : counts.Max, drawn.ToString());
    }

    private static void NothingIsOversubscribed(Case drawn, IReadOnlyList<PlacedBundle> placed)
    {
        foreach (var bundle in placed)
        {
            var wanted = drawn.Request.Bundles[bundle.Bundle];
            ((double)bundle.Accelerators.Sum(share => (decimal)share.Fraction)).ShouldBe(wanted["accelerator"], drawn.ToString());
            bundle.Accelerators.Select(share => share.Index).ShouldBeUnique(drawn.ToString());
            bundle.Resources.GetValueOrDefault("cpu").ShouldBe(wanted["cpu"], drawn.ToString());
        }

        foreach (var node in drawn.Nodes)
        {
            var here = placed.Where(bundle => bundle.NodeId == node.Report.NodeId).ToArray();
            foreach (var accelerator in node.Report.Accelerators)
            {
                var used = node.AcceleratorUse!.Where(share => share.Index == accelerator.Index).Sum(share => (decimal)share.Fraction);
                (used + here.SelectMany(bundle => bundle.Accelerators).Where(share => share.Index == accelerator.Index).Sum(share => (decimal)share.Fraction))
                    .ShouldBeLessThanOrEqualTo(1, drawn.ToString());
            }

            (node.Used.GetValueOrDefault("cpu") + here.Sum(bundle => bundle.Resources.GetValueOrDefault("cpu"))).ShouldBeLessThanOrEqualTo(node.Report.Resources["cpu"], drawn.ToString());
        }
    }

    /// <summary>Up to three nodes of up to three accelerators, partly in use, and up to four bundles.</summary>
    internal sealed class Case
    {
        public Case(Random random)
        {
            Nodes = [.. Enumerable.Range(0, random.Next(1, 4)).Select(i => Node(random, $"n{i}"))];
            Request = new PlacementRequest(
                [.. Enumerable.Range(0, random.Next(1, 5)).Select(_ => new Dictionary<string, double> { ["accelerator"] = Amounts[random.Next(Amounts.Length)], ["cpu"] = random.Next(0, 3) })],
                (PlacementStrategy)random.Next(4));
        }

        public NodeView[] Nodes { get; }

        public PlacementRequest Request { get; }

        public override string ToString() =>
            $"{Request.Strategy} {string.Join(" ", Request.Bundles.Select(bundle => $"({bundle["accelerator"]} acc {bundle["cpu"]} cpu)"))} on "
            + string.Join("; ", Nodes.Select(node => $"{node.Report.Accelerators.Count} acc used {string.Join(",", node.AcceleratorUse!.Select(share => share.Fraction))} cpu {node.Used.GetValueOrDefault("cpu")}/{node.Report.Resources["cpu"]}"));

        private static NodeView Node(Random random, string id)
        {
            var accelerators = random.Next(0, 4);
            var cpu = random.Next(0, 5);
            return Scheduling.Nodes.View(
                Scheduling.Nodes.Report(id, accelerators, cpu: cpu),
                [.. Enumerable.Range(0, accelerators).Where(_ => random.Next(3) == 0).Select(index => Scheduling.Nodes.Held(index, new[] { 0.3, 0.5, 1 }[random.Next(3)], index == 0 && cpu > 0 ? 1 : 0))]);
        }
    }

    /// <summary>Tries every accelerator of every node for every bundle.</summary>
    private sealed class Oracle
    {
        private readonly Case _case;
        private readonly int[][] _free;
        private readonly int[] _cpu;
        private readonly int[] _bundles;
        private readonly SortedSet<int> _counts = [];

        private Oracle(Case drawn)
        {
            _case = drawn;
            _free = [.. drawn.Nodes.Select(node => node.Report.Accelerators.Select(accelerator =>
                10 - (int)Math.Round(10 * node.AcceleratorUse!.Where(share => share.Index == accelerator.Index).Sum(share => share.Fraction))).ToArray())];
            _cpu = [.. drawn.Nodes.Select(node => (int)(node.Report.Resources["cpu"] - node.Used.GetValueOrDefault("cpu")))];
            _bundles = new int[drawn.Nodes.Length];
        }

        /// <summary>On how many nodes the bundles can lie.</summary>
        public static SortedSet<int> NodeCounts(Case drawn)
        {
            var oracle = new Oracle(drawn);
            oracle.Try(0);
            return oracle._counts;
        }

        private void Try(int bundle)
        {
            if (bundle == _case.Request.Bundles.Count)
            {
                _counts.Add(_bundles.Count(count => count > 0));
                return;
            }

            var accelerator = (int)Math.Round(10 * _case.Request.Bundles[bundle]["accelerator"]);
            var cpu = (int)_case.Request.Bundles[bundle]["cpu"];
            for (var node = 0; node < _free.Length; node++)
            {
                if (_cpu[node] < cpu)
                {
                    continue;
                }

                for (var set = 0; set < 1 << _free[node].Length; set++)
                {
                    var positions = Enumerable.Range(0, _free[node].Length).Where(position => (set & (1 << position)) != 0).ToArray();
                    var each = Math.Min(accelerator, 10);
                    if (positions.Length != (accelerator == 0 ? 0 : Math.Max(1, accelerator / 10)) || positions.Any(position => _free[node][position] < each))
                    {
                        continue;
                    }

                    Move(node, positions, each, cpu, 1);
                    Try(bundle + 1);
                    Move(node, positions, each, cpu, -1);
                }
            }
        }

        private void Move(int node, int[] positions, int each, int cpu, int sign)
        {
            _bundles[node] += sign;
            _cpu[node] -= sign * cpu;
            foreach (var position in positions)
            {
                _free[node][position] -= sign * each;
            }
        }
    }
}
