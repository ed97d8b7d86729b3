using System.Reflection;
using System.Text;

namespace Dapr.Actors.Contracts;

/// <summary>The numbers by which remoting messages name an interface and a method: both sides compute them from the names.</summary>
internal static class RemotingId
{
    public static int Of(Type interfaceType) => Of(interfaceType.Namespace + interfaceType.Name);

    public static int Of(MethodInfo method) => Of(method.DeclaringType!.Name + method.DeclaringType.Namespace + method.Name);

    private static int Of(string name) => unchecked((int)Crc64.Of(Encoding.UTF8.GetBytes(name)));
}
