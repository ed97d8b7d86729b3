using Dapr.Protocol;
using Dapr.Workflow;
using Dapr.Workflow.Propagation;
using Google.Protobuf;
using static Serverless.WorkflowSdk.Tests.Support.Events;

namespace Serverless.WorkflowSdk.Tests.Propagation;

public sealed class PropagatedHistoryTests
{
    [Fact]
    public void There_is_none_when_the_sidecar_sends_none() => PropagatedHistoryReader.Read(null).ShouldBeNull();

    [Fact]
    public void What_an_ancestor_did_is_read_from_the_events_that_its_app_wrote()
    {
        var chunk = new PropagatedHistoryChunk { AppId = "app", InstanceId = "parent", WorkflowName = "P" };
        HistoryEvent[] events =
        [
            TurnStarted(), Started(name: "P"), Scheduled(0, "A"), Scheduled(1, "B"), Scheduled(2, "A"), ChildCreated(3, "C", "c"), ChildCreated(4, "C", "d"),
            Completed(0, "1"), Failed(1, "boom"), ChildCompleted(3, "3"), ChildFailed(4, "bad"),
        ];
        chunk.RawEvents.AddRange(events.Select(entry => entry.ToByteString()));
        var history = PropagatedHistoryReader.Read(new Dapr.Protocol.PropagatedHistory { Chunks = { chunk } }).ShouldNotBeNull();

        history.GetAppIds().ShouldBe(["app"]);
        history.TryGetLastWorkflowEventByName("P", out var parent).ShouldBeTrue();
        parent.ShouldNotBeNull().InstanceId.ShouldBe("parent");
        parent.Activities.Select(activity => (activity.Name, activity.Status)).ShouldBe(
            [("A", PropagatedHistoryStatus.Completed), ("B", PropagatedHistoryStatus.Failed), ("A", PropagatedHistoryStatus.Pending)]);
        parent.GetActivitiesByName("B")[0].FailureDetails.ShouldNotBeNull().ErrorMessage.ShouldBe("boom");
        parent.TryGetLastActivityByName("A", out var last).ShouldBeTrue();
        last.ShouldNotBeNull().Status.ShouldBe(PropagatedHistoryStatus.Pending);
        parent.GetWorkflowsByName("C").Select(child => (child.Status, child.Output)).ShouldBe(
            [(PropagatedHistoryStatus.Completed, "3"), (PropagatedHistoryStatus.Failed, null)]);
        parent.TryGetLastWorkflowByName("none", out _).ShouldBeFalse();
        history.GetByAppId("other").ShouldBeEmpty();
        history.GetByInstanceId("parent").ShouldHaveSingleItem().ShouldBe(parent);
        history.GetEventsByWorkflowName("P").ShouldHaveSingleItem();
    }
}
