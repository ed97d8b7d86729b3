using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Actors.Runtime;
using Serverless.ActorsSdk.Tests.Actors;

namespace Serverless.ActorsSdk.Tests.Surface;

public sealed class ActorInterfaceTests
{
    private static readonly ActorProxyFactory Factory = new(new ActorProxyOptions { UseJsonSerialization = true });

    [Theory]
    [InlineData(typeof(IOverloaded), "overloaded")]
    [InlineData(typeof(IGenericMethod), "generic")]
    [InlineData(typeof(IGenericInterface<int>), "generic")]
    [InlineData(typeof(INoTask), "neither Task nor")]
    [InlineData(typeof(IValueTask), "neither Task nor")]
    [InlineData(typeof(ITokenFirst), "not its last parameter")]
    [InlineData(typeof(IByRef), "ref, in or out")]
    [InlineData(typeof(IForeignBase), "IDisposable")]
    [InlineData(typeof(IDisposable), "derives from Dapr.Actors.IActor")]
    [InlineData(typeof(CounterActor), "must be an interface")]
    public void A_proxy_of_an_interface_that_breaks_a_rule_says_which(Type type, string rule) =>
        Should.Throw<ArgumentException>(() => Factory.CreateActorProxy(new ActorId("x"), type, "T")).Message.ShouldContain(rule);

    [Fact]
    public void An_actor_needs_an_actor_interface()
    {
        var actors = new ActorRuntimeOptions().Actors;
        Should.Throw<ArgumentException>(() => actors.RegisterActor<Faceless>()).Message.ShouldContain("implements no actor interface");
        Should.Throw<ArgumentException>(() => actors.RegisterActor<HalfForeign>()).Message.ShouldContain("implements no actor interface");
    }

    [Fact]
    public void The_type_s_name_is_the_given_one_else_the_attribute_s_else_the_class_s()
    {
        var actors = new ActorRuntimeOptions().Actors;
        actors.RegisterActor<Named>("given");
        actors.RegisterActor<Named>();
        actors.RegisterActor<CounterActor>();
        actors.Select(actor => actor.Type.ActorTypeName).ShouldBe(["given", "declared", "CounterActor"]);
        actors.Select(actor => actor.Type.IsRemindable).ShouldBe([false, false, true]);
    }

    [Fact]
    public void A_typed_proxy_needs_json_and_says_so()
    {
        var error = Should.Throw<InvalidOperationException>(() =>
            new ActorProxyFactory(new ActorProxyOptions()).CreateActorProxy<ICounterActor>(new ActorId("x"), "CounterActor"));
        error.Message.ShouldContain("UseJsonSerialization = true");
    }

    [Fact]
    public void A_proxy_is_a_reference_to_its_actor()
    {
        var proxy = Factory.CreateActorProxy<ICounterActor>(new ActorId("x"), "CounterActor");
        var reference = ActorReference.Get(proxy);
        reference.ActorId.ShouldBe(new ActorId("x"));
        reference.ActorType.ShouldBe("CounterActor");
        ActorReference.Get(null!).ShouldBeNull();
        Should.Throw<ArgumentOutOfRangeException>(() => ActorReference.Get("text"));
    }

    public interface IOverloaded : IActor
    {
        Task A();

        Task A(int value);
    }

    public interface IGenericMethod : IActor
    {
        Task A<T>(T value);
    }

    public interface IGenericInterface<T> : IActor
    {
        Task A(T value);
    }

    public interface INoTask : IActor
    {
        int A();
    }

    public interface IValueTask : IActor
    {
        ValueTask A();
    }

#pragma warning disable CA1068 // The rule that it breaks is ours too.
    public interface ITokenFirst : IActor
    {
        Task A(CancellationToken cancellationToken, int value);
    }
#pragma warning restore CA1068

    public interface IByRef : IActor
    {
        Task A(ref int value);
    }

    public interface IForeignBase : IActor, IDisposable;

    public sealed class Faceless(ActorHost host) : Actor(host);

    public sealed class HalfForeign(ActorHost host) : Actor(host), IForeignBase
    {
        public void Dispose()
        {
        }
    }

    [Actor(TypeName = "declared")]
    public sealed class Named(ActorHost host) : Actor(host), IDoublingActor
    {
        public Task<int> DoubleAsync(int value) => Task.FromResult(value * 2);
    }
}
