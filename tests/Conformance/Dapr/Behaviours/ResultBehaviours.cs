using Serverless.Conformance.Tests.Dapr.Hosting;

namespace Serverless.Conformance.Tests.Dapr.Behaviours;

/// <summary>Inputs, outputs, failures and names.</summary>
public sealed class ResultBehaviours(Worlds worlds)
{
    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_26_An_exception_that_nobody_catches_is_the_instance_s_failure(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var state = await world.CompletionAsync(await world.ScheduleAsync("Failing"));
        state.Status.ShouldBe("Failed");
        state.ErrorType.ShouldBe("System.InvalidOperationException");
        state.ErrorMessage.ShouldBe("no luck");
        state.Output.ShouldBeNull();
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_27_Values_travel_in_camel_case_and_are_read_in_any(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var id = SdkWorld.NewId();
        var order = await world.RunAsync<Order>("Ordering", new Dictionary<string, object> { ["ORDERID"] = "a-7", ["itemcount"] = 2 }, id);
        order.ShouldBe(new Order("a-7", 3));
        (await world.RawStateAsync(id)).Output.ShouldBe("""{"orderId":"a-7","itemCount":3}""");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_27_Nothing_is_nothing_on_the_way_in_and_out(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        var state = await world.CompletionAsync(await world.ScheduleAsync("Nothing"));
        state.Status.ShouldBe("Completed");
        state.Input.ShouldBeNull();
        state.Output.ShouldBeNull();
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_30_Names_are_compared_without_case_and_the_first_registration_wins(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        (await world.RunAsync<string>("INLINE", "x")).ShouldBe("inline x");
        (await world.RunAsync<string>("twice", "you")).ShouldBe("Hello, you (1)");
    }

    [Theory, ClassData(typeof(Sdks))]
    public async Task Behaviour_30_Workflows_and_activities_get_services_and_an_instance_per_execution(Sdk sdk)
    {
        var world = await worlds.RealAsync(sdk);
        (await world.RunAsync<string>("Greeter", "you")).ShouldBe("Hello, you (1)");
    }

    private sealed record Order(string OrderId, int ItemCount);
}
