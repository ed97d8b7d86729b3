using Serverless.Contracts.Specs;
using Serverless.Placement.Cluster;
using Serverless.Placement.Scheduling;
using static Serverless.Placement.Tests.Scheduling.Nodes;

namespace Serverless.Placement.Tests.Scheduling;

public sealed class PlacementSchedulerTests
{
    private static readonly NodePool Pool = new() { Name = "h200", Accelerators = 4, AcceleratorType = "NVIDIA H200", MaxNodes = 2, Resources = { ["cpu"] = 16 } };

    [Fact]
    public void Two_halves_share_one_accelerator()
    {
        var placed = PlacementScheduler.Place([Live("a", 2)], Request(PlacementStrategy.Pack, 0.5, 0.5)).ShouldBePlaced();

        placed.SelectMany(bundle => bundle.Accelerators).Select(share => (share.Index, share.Fraction)).ShouldBe([(0, 0.5), (0, 0.5)]);
    }

    [Fact]
    public void A_half_goes_where_a_half_is_taken_already_so_that_whole_ones_stay_whole()
    {
        var node = View(Report("a", 3), Held(1, 0.5));

        PlacementScheduler.Place([node], Request(PlacementStrategy.Pack, 0.5)).ShouldBePlaced().Single().Accelerators.Single().Index.ShouldBe(1);
    }

    [Fact]
    public void A_whole_accelerator_is_not_given_while_a_part_of_it_is_in_use()
    {
        var node = View(Report("a", 2), Held(0, 0.1), Held(1, 0.1));

        var reason = PlacementScheduler.Place([node], Request(PlacementStrategy.Pack, 1)).ShouldWait();

        reason.ShouldBe("accelerator: a bundle needs 1 on one node; at most 0 of a node's are free as a whole, and no node has more than 2");
    }

    [Fact]
    public void Tenths_add_up_to_exactly_one()
    {
        var request = Request(PlacementStrategy.StrictPack, [.. Enumerable.Repeat(0.1, 10)]);

        PlacementScheduler.Place([Live("a")], request).ShouldBePlaced().Count.ShouldBe(10);
        PlacementScheduler.Place([View(Report("a"), [.. Enumerable.Repeat(Held(0, 0.1), 10)])], Request(PlacementStrategy.Pack, 0.1)).ShouldWait();
    }

    [Fact]
    public void Pack_fills_one_node_and_spread_takes_one_each()
    {
        NodeView[] nodes = [Live("a", 4), Live("b", 4)];

        PlacementScheduler.Place(nodes, Request(PlacementStrategy.Pack, 1, 1)).ShouldBePlaced().Select(bundle => bundle.NodeId).ShouldBe(["a", "a"]);
        PlacementScheduler.Place(nodes, Request(PlacementStrategy.Spread, 1, 1)).ShouldBePlaced().Select(bundle => bundle.NodeId).ShouldBe(["a", "b"]);
    }

    [Fact]
    public void Pack_and_spread_are_best_effort_and_their_strict_kin_are_not()
    {
        NodeView[] two = [Live("a", 1), Live("b", 2)];

        PlacementScheduler.Place(two, Request(PlacementStrategy.Pack, 1, 1, 1)).ShouldBePlaced();
        PlacementScheduler.Place(two, Request(PlacementStrategy.StrictPack, 1, 1, 1)).ShouldWait().ShouldBe("STRICT_PACK: no node has room for all 3 bundles at once");
        PlacementScheduler.Place(two, Request(PlacementStrategy.Spread, 1, 1, 1)).ShouldBePlaced();
        PlacementScheduler.Place(two, Request(PlacementStrategy.StrictSpread, 1, 1, 1)).ShouldWait().ShouldBe("STRICT_SPREAD: 3 bundles need as many nodes with room; there are 2");
    }

    [Fact]
    public void Replicas_of_a_pool_stand_together_or_apart_as_its_strategy_says()
    {
        NodeView[] nodes = [View(Report("a", 4), Held(0)), View(Report("b", 4), Held(0), Held(1))];

        PlacementScheduler.Place(nodes, Request(PlacementStrategy.Pack, 1) with { Near = ["a"] }).ShouldBePlaced().Single().NodeId.ShouldBe("a");
        PlacementScheduler.Place(nodes, Request(PlacementStrategy.Spread, 1) with { Near = ["a"] }).ShouldBePlaced().Single().NodeId.ShouldBe("b");
    }

    [Fact]
    public void A_node_to_avoid_is_taken_when_there_is_no_other()
    {
        NodeView[] nodes = [Live("a"), Live("b")];

        PlacementScheduler.Place(nodes, Request(PlacementStrategy.Pack, 1) with { Avoid = ["a"] }).ShouldBePlaced().Single().NodeId.ShouldBe("b");
        PlacementScheduler.Place(nodes, Request(PlacementStrategy.Pack, 1) with { Avoid = ["a", "b"] }).ShouldBePlaced();
    }

    [Theory]
    [InlineData("NVIDIA H200", "H200", true)]
    [InlineData("NVIDIA H200", "nvidia h200", true)]
    [InlineData("NVIDIA A100-SXM4-80GB", "A100", true)]
    [InlineData("NVIDIA H2000", "H200", false)]
    [InlineData("cpu", "H200", false)]
    public void An_accelerator_type_is_named_by_its_words(string type, string wanted, bool matches)
    {
        var verdict = PlacementScheduler.Place([Live("a", 1, type)], Request(PlacementStrategy.Pack, 1) with { AcceleratorType = wanted });

        (verdict is Verdict.Placed).ShouldBe(matches, verdict.ToString());
    }

    [Fact]
    public void A_missing_type_is_named_with_those_that_are_there()
    {
        PlacementScheduler.Place([Live("a", 1, "cpu"), Live("b")], Request(PlacementStrategy.Pack, 1) with { AcceleratorType = "B200" }).ShouldWait()
            .ShouldBe("no node has an accelerator of type B200; there are: NVIDIA H200, cpu");
    }

    [Fact]
    public void A_missing_label_is_named()
    {
        var request = Request(PlacementStrategy.Pack, 1) with { Labels = new Dictionary<string, string> { ["zone"] = "north" } };

        PlacementScheduler.Place([Live("a", labels: new() { ["zone"] = "south" })], request).ShouldWait().ShouldBe("no node has the labels zone=north; nodes that are there: 1");
        PlacementScheduler.Place([Live("a", labels: new() { ["zone"] = "north" })], request).ShouldBePlaced();
    }

    [Fact]
    public void Any_other_resource_is_named_too()
    {
        var request = new PlacementRequest([new Dictionary<string, double> { ["accelerator"] = 1, ["cpu"] = 32 }], PlacementStrategy.Pack);

        PlacementScheduler.Place([Live("a")], request).ShouldWait().ShouldBe("cpu: a bundle needs 32 on one node; at most 16 is free, and no node has more than 16");
    }

    [Fact]
    public void Lost_and_draining_nodes_get_nothing()
    {
        NodeView[] nodes = [Live("a") with { Alive = false }, View(Report("b") with { Draining = true })];

        PlacementScheduler.Place(nodes, Request(PlacementStrategy.Pack, 1)).ShouldWait().ShouldBe("no node is there: start a worker");
    }

    [Fact]
    public void What_a_declared_pool_could_hold_waits_and_what_none_could_is_infeasible()
    {
        PlacementScheduler.Place([], Request(PlacementStrategy.Pack, 4), [Pool]).ShouldWait();
        PlacementScheduler.Place([], Request(PlacementStrategy.StrictSpread, 1, 1), [Pool]).ShouldWait();
        PlacementScheduler.Place([], Request(PlacementStrategy.StrictSpread, 1, 1, 1), [Pool]).ShouldBeOfType<Verdict.Infeasible>();
        PlacementScheduler.Place([Live("a")], Request(PlacementStrategy.Pack, 8), [Pool]).ShouldBeOfType<Verdict.Infeasible>().Reason
            .ShouldBe("accelerator: a bundle needs 8 on one node; at most 1 of a node's are free as a whole, and no node has more than 1; nor could any of the declared node pools hold it (h200)");
    }

    [Fact]
    public void With_no_pool_declared_any_node_may_come()
    {
        PlacementScheduler.Place([], Request(PlacementStrategy.Pack, 64)).ShouldWait();
    }

    [Theory]
    [InlineData(1.5)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(0.00001)]
    public void An_amount_that_cannot_be_is_infeasible_and_named(double amount)
    {
        PlacementScheduler.Place([Live("a", 4)], Request(PlacementStrategy.Pack, amount)).ShouldBeOfType<Verdict.Infeasible>().Reason.ShouldStartWith($"accelerator: {amount}");
    }

    [Fact]
    public void A_thousand_nodes_and_a_group_of_many_bundles_take_no_search_without_end()
    {
        NodeView[] nodes = [.. Enumerable.Range(0, 1000).Select(i => Live($"n{i:000}", 8))];

        PlacementScheduler.Place(nodes, Request(PlacementStrategy.Pack, [.. Enumerable.Repeat(1.0, 64)])).ShouldBePlaced().Select(bundle => bundle.NodeId).Distinct().Count().ShouldBe(8);
        PlacementScheduler.Place(nodes, Request(PlacementStrategy.StrictSpread, [.. Enumerable.Repeat(0.5, 200)])).ShouldBePlaced().Select(bundle => bundle.NodeId).Distinct().Count().ShouldBe(200);
    }
}
