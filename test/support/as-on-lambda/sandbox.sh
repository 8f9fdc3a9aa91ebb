# Runs a command in a root folder like that of Lambda: code in /var/task, layers in /opt, Node in /var/lang, the runtime
# client in /var/runtime; all read-only but /tmp. It has to be started in a mount namespace of its own.
#   sandbox.sh ROOT NODE CLIENT TASK TEMPORARY LAYER... -- COMMAND...
# ROOT is an empty folder to mount on; NODE is the folder of the program.
set -eu
root=$1 node=$2 client=$3 task=$4 temporary=$5
shift 5

show() {
	if [ -d "$1" ]; then mkdir -p "$root$2"; else mkdir -p "$root${2%/*}" && touch "$root$2"; fi
	mount --bind "$1" "$root$2"
	mount -o remount,bind,ro "$root$2"
}

mount -t tmpfs -o size=1m,mode=755 tmpfs "$root"
show /usr/lib /usr/lib
for name in lib lib64; do
	if [ -L "/$name" ]; then ln -s "$(readlink "/$name")" "$root/$name"; elif [ -d "/$name" ]; then show "/$name" "/$name"; fi
done
if [ -d /usr/lib64 ]; then show /usr/lib64 /usr/lib64; fi
show "$node" /var/lang/bin
show "$client" /var/runtime
show "$task" /var/task
# Lambda merges layers. Here they may have a folder in common, such as licences, but nothing in it.
mkdir "$root/opt"
while [ "$1" != -- ]; do
	for part in "$1"/*/*; do
		place=/opt${part#"$1"}
		if [ -e "$root$place" ]; then echo "Two layers have $place" >&2 && exit 1; fi
		show "$part" "$place"
	done
	shift
done
shift
mkdir "$root/dev" "$root/proc" "$root/tmp" "$root/etc" "$root/usr/bin"
mount --rbind /dev "$root/dev"
mount --rbind /proc "$root/proc"
chmod 777 "$temporary"
mount --bind "$temporary" "$root/tmp"
echo 'sbx_user1051:x:993:990::/home/sbx_user1051:/sbin/nologin' >"$root/etc/passwd"
# What would be found by its name, since /opt/bin comes last in PATH.
echo 'not ffmpeg' >"$root/usr/bin/ffmpeg"
chmod 755 "$root/usr/bin/ffmpeg"
# The one program beside Node's and the layers' that the functions run: Lambda's own start script needs it, too.
ln -s usr/bin "$root/bin"
touch "$root/usr/bin/sh"
mount --bind "$(readlink -f /bin/sh)" "$root/usr/bin/sh"
mount -o remount,ro "$root"

if [ "$(id -u)" = 0 ] && [ "$(awk '{print $3; exit}' /proc/self/uid_map)" != 1 ]; then
	exec unshare --root "$root" --wd /var/task --setgid 990 --setuid 993 "$@"
fi
exec unshare --root "$root" --wd /var/task "$@"
