using Dapr.Protocol;
using Dapr.Workflow;
using Microsoft.Extensions.DependencyInjection;
using Serverless.WorkflowSdk.Tests.Support;

namespace Serverless.WorkflowSdk.Tests.Worker;

public sealed class RegistrationTests
{
    [Fact]
    public async Task Names_are_compared_without_case_and_the_first_registration_counts()
    {
        await using var worker = await WorkerHost.StartAsync(options =>
        {
            options.RegisterActivity<object, string>("name", (_, _) => Task.FromResult("first"));
            options.RegisterActivity<object, string>("NAME", (_, _) => Task.FromResult("second"));
            options.RegisterWorkflow<object, string>("name", (_, _) => Task.FromResult("workflow"));
        });
        (await worker.ActivityAsync("Name")).Result.ShouldBe("\"first\"");
        Completion(await worker.TurnAsync(Events.Started(name: "nAmE"))).Result.ShouldBe("\"workflow\"");
    }

    [Fact]
    public async Task Classes_get_services_and_every_execution_a_new_object()
    {
        await using var worker = await WorkerHost.StartAsync(
            options =>
            {
                options.RegisterActivity<CountingActivity>();
                options.RegisterWorkflow<CountingWorkflow>();
            },
            services => services.AddSingleton(new Suffix("!")));
        (await worker.ActivityAsync(nameof(CountingActivity), "\"a\"")).Result.ShouldBe("\"a1!execution-0\"");
        (await worker.ActivityAsync(nameof(CountingActivity), "\"b\"")).Result.ShouldBe("\"b1!execution-0\"");
        Completion(await worker.TurnAsync(Events.Started("\"w\"", nameof(CountingWorkflow)))).Result.ShouldBe("\"w1!\"");
        Completion(await worker.TurnAsync(Events.Started("\"w\"", nameof(CountingWorkflow)))).Result.ShouldBe("\"w1!\"");
    }

    [Fact]
    public async Task What_is_not_registered_or_cannot_be_made_is_a_failure_that_says_so()
    {
        await using var worker = await WorkerHost.StartAsync(options =>
        {
            options.RegisterActivity<CountingActivity>();
            options.RegisterWorkflow<CountingWorkflow>();
        });
        var missing = (await worker.ActivityAsync("Missing")).FailureDetails;
        (missing.ErrorType, missing.ErrorMessage).ShouldBe(("ActivityNotFoundException", "Activity 'Missing' not found"));
        (await worker.ActivityAsync(nameof(CountingActivity))).FailureDetails.ErrorMessage.ShouldStartWith("Activity 'CountingActivity' failed to activate: ");

        var unknown = Completion(await worker.TurnAsync(Events.Started(name: "Missing"))).FailureDetails;
        (unknown.ErrorType, unknown.ErrorMessage).ShouldBe(("WorkflowNotFound", "Workflow 'Missing' is not registered in this app."));
        Completion(await worker.TurnAsync(Events.Started(name: nameof(CountingWorkflow)))).FailureDetails.ErrorMessage
            .ShouldStartWith("Workflow 'CountingWorkflow' failed to activate: ");
        Completion(await worker.TurnAsync()).FailureDetails.ErrorType.ShouldBe("WorkflowNameMissing");
    }

    [Fact]
    public async Task An_exception_of_an_activity_is_its_failure()
    {
        await using var worker = await WorkerHost.StartAsync(
            options => options.RegisterActivity<object, int>("Throws", (_, _) => throw new NotSupportedException("not this")));
        var failure = (await worker.ActivityAsync("Throws")).FailureDetails;
        (failure.ErrorType, failure.ErrorMessage, failure.IsNonRetriable).ShouldBe(("System.NotSupportedException", "not this", false));
    }

    [Fact]
    public async Task No_value_and_camel_case_and_fields_travel_both_ways()
    {
        await using var worker = await WorkerHost.StartAsync(options =>
        {
            options.RegisterActivity<string, string>("Null", (_, input) => Task.FromResult<string>(input is null ? null! : "not null"));
            options.RegisterActivity<(int A, string B), (int A, string B)>("Tuple", (_, input) => Task.FromResult((input.A + 1, input.B + "!")));
            options.RegisterActivity<Suffix, Suffix>("Record", (_, input) => Task.FromResult(input));
        });
        (await worker.ActivityAsync("Null")).Result.ShouldBe("");
        (await worker.ActivityAsync("Tuple", "{\"item1\":1,\"item2\":\"x\"}")).Result.ShouldBe("{\"item1\":2,\"item2\":\"x!\"}");
        (await worker.ActivityAsync("Record", "{\"TEXT\":\"x\"}")).Result.ShouldBe("{\"text\":\"x\"}");
    }

    [Fact]
    public async Task A_suspended_instance_is_left_alone_and_a_terminated_one_ends()
    {
        await using var worker = await WorkerHost.StartAsync(options => options.RegisterWorkflow<object, int>("W", (_, _) => Task.FromResult(0)));
        (await worker.TurnAsync(Events.Started(), Events.Suspended())).Actions.ShouldBeEmpty();
        Completion(await worker.TurnAsync(Events.Started(), Events.Suspended(), Events.Resumed())).Status().ShouldBe("Completed");
        var terminated = Completion(await worker.TurnAsync(Events.Started(), Events.Terminated("\"why\"")));
        (terminated.WorkflowStatus, terminated.Result).ShouldBe((OrchestrationStatus.Terminated, "\"why\""));
    }

    [Fact]
    public async Task The_client_is_registered_and_its_interface_is_not()
    {
        await using var worker = await WorkerHost.StartAsync(_ => { });
        worker.Services.GetRequiredService<DaprWorkflowClient>().ShouldBeSameAs(worker.Services.GetRequiredService<DaprWorkflowClient>());
        worker.Services.GetService<IDaprWorkflowClient>().ShouldBeNull();
    }

    [Fact]
    public void A_limit_below_one_is_refused()
    {
#pragma warning disable CS0618 // The official SDK ignores the limits, this one honours them.
        Should.Throw<ArgumentOutOfRangeException>(() => new WorkflowRuntimeOptions { MaxConcurrentActivities = 0 });
        Should.Throw<ArgumentOutOfRangeException>(() => new WorkflowRuntimeOptions { MaxConcurrentWorkflows = 0 });
#pragma warning restore CS0618
    }

    private static CompleteWorkflowAction Completion(WorkflowResponse response) => response.Actions.ShouldHaveSingleItem().CompleteWorkflow;

    public sealed record Suffix(string Text);

    public sealed class CountingActivity(Suffix suffix) : WorkflowActivity<string, string>
    {
        private int runs;

        public override Task<string> RunAsync(WorkflowActivityContext context, string input) =>
            Task.FromResult($"{input}{++runs}{suffix.Text}{context.TaskExecutionKey}");
    }

    public sealed class CountingWorkflow(Suffix suffix) : Workflow<string, string>
    {
        private int runs;

        public override Task<string> RunAsync(WorkflowContext context, string input) => Task.FromResult($"{input}{++runs}{suffix.Text}");
    }
}
